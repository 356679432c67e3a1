/**
 * The memory that a lane and a worker share for one batch of frames.
 *
 * A batch is one SharedArrayBuffer with two views on it: `control`, 32-bit
 * words (a header, then one descriptor of FRAME_WORDS words for each frame), and
 * `bytes`, the arena (input region, then output region). Every offset in
 * `control` counts bytes from the start of `bytes`; every span counts bytes
 * from the start of its frame.
 *
 * Ownership alternates and is never shared: the main thread owns a batch while it
 * fills it and again once the task has settled; in between it belongs to the
 * worker. The hand-over is Piscina's message, which orders all memory accesses,
 * so no word here needs Atomics.
 *
 * The kernel only reads the input region, so a batch whose worker died can be run
 * again as it is.
 */

/**
 * Raised with every change of this page, or of what the addon does: one that was
 * compiled before would take one word for another, and is refused.
 */
export const KERNEL_REVISION = 14;

/** Header words of `control`. */
export const FRAME_COUNT = 0;
/** Where the output region begins; written by main. */
export const OUT_START = 1;
/** Where the output region ends (exclusive); written by main. */
export const OUT_LIMIT = 2;
/** How far the output region is used (exclusive end); written by the kernel. */
export const OUT_END = 3;
/**
 * When a worker began with it, of clockUs() (main writes 0, for none), and how long it took, in us;
 * written by workers/batch-worker.ts.
 */
export const BEGAN_US = 4;
export const WORKED_US = 5;
export const HEADER_WORDS = 16;

/** Words of one frame's descriptor. The first four are main's, the rest the kernel's. */
/** Action, output framing and what to write for a bad frame: see op(). */
export const OP = 0;
export const IN_OFFSET = 1;
export const IN_LENGTH = 2;
/**
 * REFUSE: which refusal (REFUSALS). TO_SERVER: the integer that a request's id becomes. SPLIT: of
 * how many elements to give the bounds. Else 0.
 */
export const ARG = 3;
/** What the frame is: a KIND_ or BAD_ constant, or UNDECIDED. */
export const VERDICT = 4;
export const OUT_OFFSET = 5;
/** 0: nothing goes out for this frame. */
export const OUT_LENGTH = 6;
/** Spans [start, end) in the frame; end 0 means that the member is absent. */
export const ID_START = 7;
export const ID_END = 8;
export const METHOD_START = 9;
export const METHOD_END = 10;
export const PARAMS_START = 11;
export const PARAMS_END = 12;
export const RESULT_START = 13;
export const RESULT_END = 14;
export const ERROR_START = 15;
export const ERROR_END = 16;
/**
 * TO_SERVER and FROM_SERVER: spans of values inside `params` that main has to look at: progress
 * tokens, the id that a cancel notification names, and the URI of a document that is opened or
 * closed. End 0: there is none.
 */
export const SPAN_A_START = 17;
export const SPAN_A_END = 18;
export const SPAN_B_START = 19;
export const SPAN_B_END = 20;
/** FROM_SERVER, a reply: the integer that its id is; 0 when it is none that we can have given. */
export const REQUEST_ID = 21;
/** SPLIT: the number of elements. */
export const ELEMENT_COUNT = 21;
/** PASS: plainIdHash() (id-hash.ts) of the id; 0 where there is none. */
export const ID_HASH = 21;
export const FRAME_WORDS = 22;

/** Verdicts. */
export const UNDECIDED = 0;
export const KIND_REQUEST = 1;
export const KIND_NOTIFICATION = 2;
export const KIND_RESPONSE = 3;
export const KIND_ERROR = 4;
/** ACTION_SPLIT: an array; the output is its elements' bounds (ACTION_SPLIT), as 32-bit words. */
export const KIND_ARRAY = 5;
/** Not JSON (or not UTF-8). */
export const BAD_JSON = -1;
/** JSON, but not a JSON-RPC message. */
export const BAD_MESSAGE = -2;

/** Actions (low byte of OP): what goes out for a good frame. */
/** The frame's own bytes, in the output framing. */
export const ACTION_PASS = 0;
/** A request's params as its result; nothing for anything else. */
export const ACTION_ECHO = 1;
/** For a request the error reply REFUSALS[ARG]; nothing for anything else. */
export const ACTION_REFUSE = 2;
/** Nothing: only verdict and spans are wanted. */
export const ACTION_SCAN = 3;

/**
 * Many clients on one server: a request's id becomes the integer ARG, and the original bytes are
 * kept in the id store (id-store.ts); progress tokens become those of given-tokens.ts, and SPAN_A
 * and SPAN_B say where the client's own were. Everything else passes.
 */
export const ACTION_TO_SERVER = 4;
/**
 * A reply's id is restored from the id store; nothing goes out for an unknown one. The rest passes.
 */
export const ACTION_FROM_SERVER = 5;
/**
 * JSON-RPC 2.0 section 6: only finds the elements of an array. Element i, with the white space
 * around it, is [bounds[i], bounds[i + 1] - 1) in the frame: a comma, or the closing bracket, lies
 * behind each. Of ARG + 1 bounds at most.
 */
export const ACTION_SPLIT = 6;
/** Of one bound, little-endian. */
export const BOUND_BYTES = 4;

/** Output framings (second byte of OP), for what ACTION_PASS writes. */
export const FRAMING_NONE = 0;
/** Raw CR and LF between tokens become spaces; one LF is added. */
export const FRAMING_NDJSON = 1;
/** A `Content-Length` header goes before the frame. */
export const FRAMING_CONTENT_LENGTH = 2;

/** What goes out for a bad frame (third byte of OP). */
/** The reason alone, as UTF-8 text, for a log or an event. */
export const ON_BAD_REASON = 0;
/** A JSON-RPC error reply with the frame's id, or null where it could not be read; unframed. */
export const ON_BAD_REPLY = 1;

/** Composes the OP word. */
export function op(action: number, framing: number, onBad: number): number {
  return action | (framing << 8) | (onBad << 16);
}

/** The ACTION_ constant of an OP word. */
export function actionOf(opWord: number): number {
  return opWord & 0xff;
}

/** Its FRAMING_ constant. */
export function framingOf(opWord: number): number {
  return (opWord >> 8) & 0xff;
}

/** Its ON_BAD_ constant. */
export function onBadOf(opWord: number): number {
  return (opWord >> 16) & 0xff;
}

/**
 * Output bytes that a frame may need beyond its own length, whatever happens to
 * it: the longest error reply (a reason is cut at MAX_REASON_BYTES), or framing.
 * Main reserves this for each frame, so the kernel never runs out of room.
 */
export const OUTPUT_RESERVE_BYTES = 512;
export const MAX_REASON_BYTES = 160;

/** Readable bytes that follow the input region, so that a SIMD load cannot leave the arena. */
export const INPUT_PADDING_BYTES = 64;
