#include "wakeup_preemption.h"

#ifdef __linux__
#include <sched.h>
#endif

namespace sluice {

bool set_wakeup_preemption(int process, bool may_preempt) {
#ifdef __linux__
  // The number 0 is the calling thread's.
  if (process <= 0) return false;
  if (sched_getscheduler(process) != (may_preempt ? SCHED_BATCH : SCHED_OTHER)) return false;
  const sched_param no_priority{};
  return sched_setscheduler(process, may_preempt ? SCHED_OTHER : SCHED_BATCH, &no_priority) == 0;
#else
  static_cast<void>(process);
  static_cast<void>(may_preempt);
  return false;
#endif
}

}  // namespace sluice
