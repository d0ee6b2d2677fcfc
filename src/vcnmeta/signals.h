/* Dying by SIGHUP, SIGINT or SIGTERM without leaving a temporary file. */
#ifndef VCNMETA_SIGNALS_H
#define VCNMETA_SIGNALS_H

/* A signal that is ignored, as nohup(1) has it, stays so. */
void signals_install(void);

#endif
