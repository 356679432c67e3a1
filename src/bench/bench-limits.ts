/** Bounds and defaults of `sluice bench`, each with its unit and its reason. */

/** Closed model, requests in flight on one connection: the default is the plainest client. */
export const DEFAULT_DEPTH = 1;
export const DEFAULT_CONNECTIONS = 50;
export const DEFAULT_DURATION_MS = 10_000;
/** Lets a server compile its hot paths and fill its caches before anything counts. */
export const DEFAULT_WARMUP_MS = 1_000;
/** After this a request counts as timed out; also bounds the drain at the end of a run. */
export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_SEED = 1;
/** A step of --find-max and a round of --vs: long enough for a p99, short enough to wait for. */
export const DEFAULT_STEP_MS = 5_000;
export const DEFAULT_ROUNDS = 5;
/** --vs: fewer rounds give no honest interval. */
export const MIN_ROUNDS = 5;
export const MAX_FIND_STEPS = 12;
/** Where --find-max begins to double when no --rate says otherwise, requests a second. */
export const FIND_MAX_START_RATE = 1_000;

/** TCP connect, TLS and upgrade, and each step of a handshake; more where --timeout is more. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Connections that are being opened at the same time: more overflow a listen backlog of 128. */
export const CONNECTS_AT_ONCE = 64;
export const MAX_LOAD_CONNECTIONS = 65_536;
export const MAX_DEPTH = 65_536;
export const MAX_GENERATOR_THREADS = 64;
export const MAX_PROCESSES = 1_024;
/** The upgrade answer's head, bytes: the limit that Node has for HTTP heads. */
export const MAX_UPGRADE_HEAD_BYTES = 16_384;
/** One reply, bytes. Above it the connection is closed: a wrong length must not eat the memory. */
export const MAX_REPLY_BYTES = 256 * 1024 * 1024;
/**
 * Open model: requests in flight on one connection; what is due beyond waits, its clock running.
 */
export const MAX_FLIGHTS_PER_CONNECTION = 65_536;
/**
 * The same for what waits because it cannot be sent, in all connections of a thread: above, it
 * counts as timed out.
 */
export const MAX_WAITING_REQUESTS = 8_000_000;
/**
 * Open model, requests a second: far above what a generator sends, and what is left of them at the
 * end is counted.
 */
export const MAX_RATE = 10_000_000;
/**
 * Open model, at the end of the time: how long what is due and was not sent still may be, in slices
 * between which signals are heard; what is left then counts as timed out.
 */
export const FINISH_US = 1_000_000;
export const FINISH_SLICE_US = 100_000;

/** Read buffer that all sockets of a thread share, bytes: one libuv read. */
export const READ_BUFFER_BYTES = 64 * 1024;
/** Batch buffer for writes that all connections of a thread share, bytes. */
export const WRITE_BUFFER_BYTES = 64 * 1024;
/** Budget for masked copies of one message's fixed bytes; above it fewer masking keys rotate. */
export const MASKED_COPIES_BYTES = 1024 * 1024;
/** The same for all messages of a workload: a recording has thousands. */
export const ALL_MASKED_COPIES_BYTES = 32 * 1024 * 1024;
export const MASKING_KEYS = 16;

/** Layouts of replies that are remembered, so that an equal one need not be scanned again. */
export const REPLY_SHAPES = 8;
/** Above this size a layout is not remembered: the copy would cost more memory than time. */
export const MAX_SHAPE_BYTES = 1024 * 1024;

/** Open model: requests that are dispatched in one go; then sockets are read again. */
export const DISPATCHES_PER_TURN = 2_048;
/** Open model: what a wake-up is thought to cost before one was measured, microseconds. */
export const FIRST_WAKE_COST_US = 150;
/** A wake-up that cost more than this says something of the machine, not of wake-ups. */
export const MAX_WAKE_COST_US = 500;
/** Waits that would be shorter than this are spun through. */
export const SHORTEST_SLEEP_US = 50;
/**
 * On a crowded machine: the shortest time between two wake-ups; what falls due meanwhile is late.
 */
export const CROWDED_SLEEP_US = 100;
/** A turn of the spinning loop that takes longer was taken off the processor. */
export const TAKEN_OFF_US = 1_000;
/** So long after that the machine counts as crowded, and the loop does not spin. */
export const CROWDED_US = 2_000_000;

/** Latency histograms: 1 us to 60 s, 3 digits. */
export const MAX_LATENCY_US = 60_000_000;

/**
 * The generator was the bottleneck when late at p99 by more than this share of the p99 latency ...
 */
export const MAX_LATENESS_SHARE = 0.1;
/** ... or when a thread was busy for more than this share of a core. */
export const MAX_CPU_SHARE = 0.9;

/** Child processes: how long they get after the end of stdin, and again after SIGTERM. */
export const CHILD_GRACE_MS = 2_000;
/** The end of a child's stderr that is kept to explain a failure, bytes. */
export const STDERR_TAIL_BYTES = 2_048;

/** --big-messages: size of one request, bytes. */
export const BIG_MESSAGE_BYTES = 1024 * 1024;
/** --slow-readers: bytes are taken off the socket once in this time. */
export const SLOW_READ_INTERVAL_MS = 200;
/**
 * --slow-readers: so many bytes of requests are put in at once, because the buffers of the
 * kernel hold some megabytes of replies, and only what goes beyond them is in the server.
 */
export const SLOW_READER_BYTES = 8 * 1024 * 1024;
/** --slow-readers: the fewest requests in flight, however large they are. */
export const SLOW_READER_DEPTH = 256;

/** Timers of Node end at 2^31 ms, which is 596 hours. */
export const MAX_DURATION_MS = 500 * 3_600_000;
