/* How many threads make sense here. */
#ifndef VCNFLOW_PROCESSORS_H
#define VCNFLOW_PROCESSORS_H

/*
 * How many processors this process may use, by affinity and by the quota of its
 * control groups: at least 1, at most LIMIT_THREADS.
 */
unsigned processors_count(void);

/*
 * For processors.c and its test: the least quota of the control groups that a process is in,
 * rounded up; 0: there is none. membership is what /proc/self/cgroup holds, mount where the
 * hierarchies are mounted, both as paths.
 */
unsigned processors_quota(const char *membership, const char *mount);

#endif
