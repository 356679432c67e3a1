#pragma once

namespace sluice {

/// Whether a process that wakes up may take the processor from one that runs: SCHED_OTHER, the usual policy, or
/// SCHED_BATCH. One call changes from the one to the other. Returns false, and changes nothing, where the process
/// has another policy (somebody chose it), is not ours to change, or the system has no such policies.
bool set_wakeup_preemption(int process, bool may_preempt);

}  // namespace sluice
