/*
 * How many processors a control group lets its processes use. Private to
 * processors.c and its test.
 */
#ifndef VCNFLOW_PROCESSORS_H
#define VCNFLOW_PROCESSORS_H

/*
 * The least quota of the control groups that a process is in, rounded up; 0:
 * there is none. membership is what /proc/self/cgroup holds, mount where the
 * hierarchies are mounted, both as paths.
 */
unsigned processors_quota(const char *membership, const char *mount);

#endif
