/* How many processors this process may use. */
#ifndef VCNFLOW_PROCESSORS_H
#define VCNFLOW_PROCESSORS_H

/* Affinity and the quotas of control groups counted; 1 to LIMIT_THREADS. */
unsigned processors_count(void);

/*
 * For the test: the least quota of the control groups that a process is in,
 * rounded up; 0: there is none. membership is what /proc/self/cgroup holds,
 * mount where the hierarchies are mounted, both as paths.
 */
unsigned processors_quota(const char *membership, const char *mount);

#endif
