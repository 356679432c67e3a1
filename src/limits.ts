/**
 * Every limit of the gateway, with its unit, default and reason. What can be changed from the
 * command line names its option. docs/errors.md says what the other side sees when a limit is hit.
 * The load generator has limits of its own, next to what they bound.
 */

// Rings, and what waits in front of them

/**
 * Messages pending in one direction of one connection; where reading pauses, not where anyone is
 * cut off.
 */
export const RING_CAPACITY = 128;

/**
 * Bytes pending in one direction of one connection. A single larger message passes when it is
 * alone.
 */
export const RING_CAPACITY_BYTES = 2 * 1024 * 1024;

/**
 * What a connection with more waiting may add to a lane's batch at least, when others are in it
 * too: more than its ring has room for only where the others have as much.
 */
export const MIN_TURN_FRAMES = 16;

/**
 * `--receive-buffer`: bytes of frames that a WebSocket client has sent and the ring had no room
 * for, behind the oldest of them. One read may bring thousands of frames, which must not be lost.
 */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Bytes in the receive buffer from which on the socket is not read, and below which it is again.
 */
export const PAUSE_AT_BYTES = 256 * 1024;
export const RESUME_AT_BYTES = 64 * 1024;

/**
 * A socket that is not read gets to write so often, and is read all the same after so many of these
 * ticks: in the end its client has to be told. What one read brings (512 KiB) has room in the
 * receive buffer eight times by default, so a server may stand still for some seconds, and nothing
 * is refused. Ticks in which the gateway itself has to get on with what it sent do not count.
 */
export const READ_GATE_TICK_MS = 2;
export const READ_GATE_TICKS = 500;

/**
 * The same for one whose client does not read what it is sent, to find out whether it is still
 * there; and for one with large messages, of which the next would be refused while its server has
 * others to take.
 */
export const READ_GATE_PATIENT_TICKS = 5000;

/**
 * What is kept of frames that are only going to be refused: room for error replies is reserved, so
 * that a client that sends thousands of requests in one go gets an answer to each.
 */
export const REFUSAL_BUFFER_BYTES = 16 * 1024 * 1024;

/**
 * What waits (receive buffers, parts of lines, copies for slow destinations) takes memory in pieces
 * of this; so many bytes of it are kept for the next use.
 */
export const SLAB_BYTES = 64 * 1024;
export const SPARE_SLAB_BYTES = 16 * 1024 * 1024;

// Messages

/** `--max-payload`: the largest message accepted from a client or a server. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
/** What `--max-payload` and buffers may be at least. */
export const SMALLEST_BYTES = 1024;
/** What `--max-payload` may be at most: arenas and offsets in them are 32-bit. */
export const LARGEST_PAYLOAD_BYTES = 512 * 1024 * 1024;
/** What `--receive-buffer` and `--client-overflow` may be at most. */
export const LARGEST_BUFFER_BYTES = 1024 ** 3;

/** A line of a `Content-Length` header; what is longer is noise. */
export const MAX_HEADER_LINE_BYTES = 8 * 1024;

/**
 * What the main thread parses itself: the few notifications that name what they are about, and the
 * first request of a session. Such are short; a longer one is taken for one that names nothing.
 */
export const MAX_PARSED_BYTES = 256 * 1024;

/** `--max-batch`: elements of a JSON-RPC batch; 0 refuses batches. */
export const MAX_ARRAY_ELEMENTS = 100;
/** What `--max-batch` may be at most. */
export const LARGEST_ARRAY_ELEMENTS = 10_000;

/**
 * Bytes of answers that are kept for the arrays of one client until these are whole. Above, an
 * error -32011 takes the place of an answer.
 */
export const MAX_ARRAY_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Elements of an array that a server sends; a larger one closes its client with 1009, or has a
 * shared server restarted.
 */
export const MAX_SERVER_ARRAY_ELEMENTS = 10_000;

// What a destination has not read

/**
 * Error replies of the gateway that a client may leave unread before it is closed with 1013, or a
 * shared server before it is restarted. Of cancels a server has to be told as much and no more: the
 * rest is left out.
 */
export const UNREAD_REPLY_BYTES = 8 * 1024 * 1024;

/**
 * What is made anew for a client of a shared server waits for the rest of its batch; above this it
 * goes first.
 */
export const COLLECTED_OWN_BYTES = 256 * 1024;

/**
 * Unread output on our own standard output above which input waits: error replies have no ring of
 * their own.
 */
export const UNREAD_STDOUT_BYTES = 64 * 1024;

/** Unread answers to JSON arrays above which a client is not read, nor its server. */
export const UNREAD_ANSWER_BYTES = 256 * 1024;

/** `--client-overflow`: bytes that a client of a shared server may leave unread. */
export const CLIENT_OVERFLOW_BYTES = 16 * 1024 * 1024;

/** `--slow-client-grace`: how long it may have more than a ring of messages unread. */
export const SLOW_CLIENT_GRACE_MS = 5000;
/** What `--slow-client-grace` may be at least. */
export const SMALLEST_GRACE_MS = 100;

/**
 * Bytes for a shared server that clients have left behind and that it has not read; above, new
 * clients are closed with 1013. Clients that come, send and go must not fill the memory.
 */
export const MAX_LEFT_BEHIND_BYTES = 64 * 1024 * 1024;

// WebSocket clients

/** `--max-connections`: WebSocket clients in all; above, the upgrade gets 503. */
export const MAX_CONNECTIONS = 10_000;
/** What `--max-connections` and `--max-connections-per-address` may be at most. */
export const LARGEST_CONNECTIONS = 1_000_000;

/**
 * uWebSockets.js cuts a connection whose frame is above its own limit without a close frame. Its
 * limit is this many times `--max-payload`, so that we can answer with 1009 up to there.
 */
export const NATIVE_PAYLOAD_FACTOR = 2;

/**
 * Above its limit uWebSockets.js drops what is sent, silently and the close frame too, so that is
 * out of reach of our own bounds (one ring or the client's overflow, one largest message, the
 * reserved replies) by this. Not 0, which is no limit: pongs to a peer that pings and never reads
 * count.
 */
export const NATIVE_BACKPRESSURE_MARGIN_BYTES = 16 * 1024 * 1024;

/** Descriptors that no client gets: for files, threads, listeners, and servers while they start. */
export const RESERVED_DESCRIPTORS = 64;

/** `--ping-interval`: how long a WebSocket client may be silent before it is pinged. */
export const PING_INTERVAL_SECONDS = 30;

/** How long closing clients may take to answer the close frame. */
export const CLOSE_WAIT_MS = 200;

// Batches and workers

/**
 * Arena of a batch: the largest frame of a lane fits, and with its results it stays in a
 * processor's cache. Measured: docs/performance.md.
 */
export const ARENA_BYTES = 256 * 1024;

/** Frames in one batch: one for each 64 bytes. */
export const ARENA_FRAMES = ARENA_BYTES / 64;

/** A frame above this is its own task, outside the lane's batch: only its own connection waits. */
export const BIG_FRAME_BYTES = 256 * 1024;

/**
 * A JSON array above this is, too: the bounds of its elements can take twice its length in an
 * arena.
 */
export const BIG_ARRAY_BYTES = 64 * 1024;

/** Messages of one client that are refused at once (REFUSAL_BUFFER_BYTES): two full batches. */
export const REFUSAL_RING_CAPACITY = 2 * ARENA_FRAMES;

/** Arenas of a lane: those that fill, wait, run, and are written from. Above, sources wait. */
export const MAX_LANE_ARENAS = 96;

/**
 * Arenas, those of single frames too, that may be held by destinations which have not finished
 * writing them. Above, what a slow destination gets is copied instead.
 */
export const MAX_PINNED_BATCHES = 64;

/**
 * Arenas of a lane for frames that go alone, in bytes, which is twice the frames: for input and
 * output. The first is for those with a worker or before it; above, sources wait. The second is for
 * those that destinations still write from; above, what they get is copied. An arena larger than
 * the first passes when it is the only one.
 */
export const MAX_ALONE_BYTES = 64 * 1024 * 1024;
export const MAX_PINNED_ALONE_BYTES = 64 * 1024 * 1024;

/** Arenas of frames that went alone which are kept for the next ones. */
export const MAX_SPARE_LARGE_ARENAS = 2;

/** An arena that was not needed for so long is let go. */
export const KEEP_ARENAS_MS = 1000;

/**
 * While batches stay on the main thread because workers begin late: when one is handed over again,
 * to see.
 */
export const ASK_WORKERS_AGAIN_MS = 100;

/**
 * A batch that a worker has not finished by then means that the worker hangs; the pool is replaced.
 */
export const BATCH_TIMEOUT_MS = 10_000;
/** What `--threads` may be at most. */
export const MAX_THREADS = 256;

/** How long the worker pool may take to answer its first task. */
export const POOL_START_TIMEOUT_MS = 15_000;

/** How often a batch is given to the pool before its frames are tried one by one. */
export const BATCH_ATTEMPTS = 2;

/**
 * The same while no worker has begun with it: another message has kept it waiting, or workers do
 * not start. Above, the main thread processes it.
 */
export const UNBEGUN_ATTEMPTS = 4;

// Memory and processor

/** How often memory that was freed, and that the C library keeps, goes back to the system. */
export const TRIM_HEAP_MS = 5_000;

/**
 * What V8's young generation of the gateway may grow to (V8 itself: 32 MiB), in steps that double
 * it; and how often it is looked at. Above it memory grows for minutes under load;
 * docs/performance.md has what it costs.
 */
export const YOUNG_GENERATION_BYTES = 8 * 1024 * 1024;
export const YOUNG_CHECK_MS = 1_000;

/**
 * How often the load of the main thread is measured while processes are written to. From the first
 * share of that time on processes may not interrupt it when they wake up; below the second they may
 * again.
 */
export const LOAD_CHECK_MS = 100;
export const BUSY_THREAD_SHARE = 0.75;
export const CALM_THREAD_SHARE = 0.5;

// Requests in flight

/**
 * Requests that one client of a shared server may have in flight; and in mode session those that
 * are watched: the elements of arrays, and with `--request-timeout` all. More are answered with
 * -32001.
 */
export const MAX_CLIENT_REQUESTS = 16_384;

/**
 * In mode session: requests that were cancelled and not answered, and timed-out ones whose late
 * replies are still to be dropped. The oldest are forgotten above.
 */
export const MAX_CANCELLED_REQUESTS = 10_000;
export const MAX_LATE_IDS = 10_000;

/**
 * In mode session: open requests of a client whose ids are known, as hashes. With more of them open
 * at once, a cancel of what was answered before may be taken for one of the others.
 */
export const MAX_OPEN_HASHES = 131_072;

/** A reply that crossed the cancel notification of its request has come by then. */
export const CROSSED_REPLY_MS = 5000;

/**
 * Of the ids of all shared servers together (131,072), those that requests in flight leave to what
 * is on its way: below, clients wait for one. When none was answered for the time below, nobody
 * gets on by waiting: requests are answered with -32001, but for clients with few in flight while
 * half of these ids are left.
 */
export const RESERVED_IDS = 8192;
export const STUCK_AFTER_MS = 2000;
export const FEW_REQUESTS = 16;

/**
 * Ids and progress tokens in bytes that are kept for the requests in flight of one client of a
 * shared server (ids above 27 bytes, the others have a place of their own), or of the server
 * itself. Above, requests with such are answered with -32001.
 */
export const MAX_KEPT_ID_BYTES = 4 * 1024 * 1024;

/**
 * Requests of a shared server that clients have not answered, and progress tokens that it has made
 * (LSP); more are answered with -32001.
 */
export const MAX_SERVER_REQUESTS = 16_384;

/**
 * URIs in bytes of the documents that one client of a shared server has open (LSP), with 64 for
 * each. Documents above are not closed for a client that leaves without closing them.
 */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;

// Servers

/**
 * How often a `ws://` connection is looked at: one that is not read sends a pong then. A server
 * from which nothing has come for SERVER_SILENCE_MS is pinged, and is gone without an answer to
 * that.
 */
export const HEARTBEAT_MS = 5_000;
export const SERVER_SILENCE_MS = 30_000;
export const SERVER_PONG_MS = 120_000;
/** How long a shared server that was down has to run until `/readyz` says so. */
export const UP_AFTER_MS = 1000;
/** How long a `ws://` server may take to accept the connection. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** A process that has said nothing so long after its first request may speak another framing. */
export const SILENT_SERVER_MS = 10_000;
/** What a server gets to end at a stop: after its input was closed, and again after SIGTERM. */
export const STOP_GRACE_MS = 2000;
/** SIGTERM, or SIGINT, that comes again within this time is the same one. */
export const SAME_SIGNAL_MS = 500;
/** The same two steps when its client left: 2 s in all. */
export const LEAVE_GRACE_MS = 1000;

/**
 * What a server gets from the guard when the gateway was killed: to end by itself, and after
 * SIGTERM.
 */
export const GUARD_GRACE_SECONDS = 2;
export const GUARD_TERM_SECONDS = 1;
/** A guard of the server processes that was killed is started again after this time. */
export const GUARD_RESTART_MS = 1000;
/** `--drain-timeout`: at a stop, how long messages in flight may take. */
export const DRAIN_TIMEOUT_MS = 10_000;
/** `--idle-timeout`: how long a shared server is kept without clients. */
export const IDLE_TIMEOUT_MS = 60_000;
/** `--max-restarts`: of a shared server, in a row. */
export const MAX_RESTARTS = 10;
/** What `--max-restarts` may be at most. */
export const LARGEST_RESTARTS = 1_000_000;

/**
 * The pause before the first of them, which doubles up to the second; who lived as long as the
 * third begins anew.
 */
export const FIRST_RESTART_DELAY_MS = 100;
export const MAX_RESTART_DELAY_MS = 10_000;
export const RESTART_STABLE_MS = 30_000;
/** A new process of a shared server that has not taken the handshake by then is started again. */
export const HANDSHAKE_REPLAY_TIMEOUT_MS = 30_000;
/** `--pool-size`: servers in mode `pool`. */
export const POOL_SIZE = 2;
/** What `--pool-size` may be at most. */
export const LARGEST_POOL_SIZE = 1024;

// Logs

/** A line of a server's stderr is cut here in the log. */
export const STDERR_LINE_BYTES = 8 * 1024;
/** Lines of one server's stderr that are logged in a second; the rest is counted. */
export const STDERR_LOGS_PER_SECOND = 500;

/**
 * Log lines that the reader of our stderr may leave unread; above, they are left out and counted.
 */
export const UNREAD_LOG_BYTES = 1024 * 1024;
/** Log lines per second for WebSocket clients that are refused or closed; the rest is counted. */
export const REFUSAL_LOGS_PER_SECOND = 5;
/** What is shown of input that is nothing known: a header, a line. */
export const SHOWN_NOISE_BYTES = 200;
/** Log lines for the noise of one server per second; the rest is counted. */
export const NOISE_LOGS_PER_SECOND = 5;
