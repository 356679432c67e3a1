import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ACTION_FROM_SERVER,
  ACTION_TO_SERVER,
  BAD_MESSAGE,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
  FRAMING_NONE,
  KIND_NOTIFICATION,
  KIND_REQUEST,
} from '../../../workers/batch-layout.js';
import { createIdStore } from '../../../workers/id-store.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { PortableKernel } from '../../../workers/kernel/portable-kernel.js';
import { selectKernel } from '../../../workers/kernel/select-kernel.js';
import { FrameBatch, type FrameCase, runFrame } from './frame-batch.js';
import { NATIVE_ADDON_IS_BUILT } from './native-presence.js';

const rawId = fc.oneof(
  fc.constantFrom('1', '1.0', '-0', '1e3', '9007199254740993', '"1"', '"\\u0031"', '""'),
  fc.string({ maxLength: 40 }).map((text) => JSON.stringify(text)),
);
const space = fc.constantFrom('', ' ', '\n', '\r\n ');
const tokenName = fc.constantFrom(
  ...['progressToken', 'progress\\u0054oken', 'workDoneToken'],
  ...['ProgressTOKEN', 'progressTo\u212aen', 'workdonetoken', 'broken token'],
);
const TOKEN_MEMBERS = [
  ...[
    '"workDoneToken":"w"',
    '"partialResultToken":"p"',
    '"_meta":{"progressToken":3}',
    '"_meta":{}',
  ],
  ...['"_meta":null', '"_META":1', '"n":{"workDoneToken":1}', '"x":"token"', '"token":1', '"é":1'],
  ...['"_meta":{"progressToken":1,"a":{}}', '"_meta":{"progresstoken":1}', '"workDoneToken":null'],
  ...['"partialResultToken":[]', '"_meta":[{"progressToken":1}]'],
] as const;
const params = fc.oneof(
  fc.json({ maxDepth: 2 }),
  tokenName.map((name) => `{"_meta":{"${name}":"t"},"${name}":7}`),
  tokenName.map((name) => `{"x":"\\u00e9","${name}":[1] , "partialResultToken":"p"}`),
  tokenName.map((name) => `{"${name}":1,"${name}":2}`),
  fc
    .tuple(fc.constantFrom('"t"', '7', '-1', 'null', '[1]'), space)
    .map(
      ([token, s]) => `{"a":[{}],"_meta":{"b":{}${s},"progressToken":${s}${token}${s}}${s},"c":2}`,
    ),
  fc
    .array(fc.constantFrom(...TOKEN_MEMBERS), { maxLength: 4 })
    .map((members) => `{${members.join(' , ')}}`),
  fc.constantFrom('{"requestId":3,"RequestID":4}', '{"re\\u0051uestId":3,"TOKEN":4}', '{"Id":1}'),
  fc.constantFrom('{"textDocument":{"uri":"u"}}', '{"textDocument":{"uri":1,"URI":2}}'),
  fc.constantFrom('{"requestId":3}', '{"id":"a"}', '{"token":4}', '{"progressToken":"p12"}'),
);
const method = fc.constantFrom(
  ...['m', 'notifications/cancelled', '$/cancelRequest', '$/progress', 'notifications/progress'],
  ...['$/progr\\u0065ss', 'textDocument/didOpen', 'textDocument/didClose'],
);
const request = fc
  .tuple(rawId, method, params, space)
  .map(
    ([id, name, p, s]) =>
      `{"jsonrpc":"2.0",${s}"id":${id}${s},"method":"${name}","params":${p}${s}}`,
  );
const lookalike = fc
  .tuple(
    fc.constantFrom(
      'ID',
      '\\u0049d',
      'Method',
      'param\u017f',
      're\u017fult',
      '\u0131d',
      '\u0130d',
      'ERROR',
      'iD\u00e9',
      'idx',
    ),
    fc.constantFrom('"id":1,"method":"m"', '"method":"n"', '"id":1,"result":2'),
  )
  .map(([name, members]) => `{"${name}":3,${members}}`);
const notification = fc
  .tuple(method, params)
  .map(([name, p]) => `{"method":"${name}","params":${p}}`);
const replyId = fc.oneof(
  fc.nat(40).map(String),
  fc.constantFrom('1.0', '-1', '"1"', '4294967297', '2147483648'),
);
const reply = fc
  .tuple(replyId, fc.json({ maxDepth: 1 }), space)
  .map(([id, value, s]) => `{"id":${id},${s}"result":${value}}`);
const framing = fc.constantFrom(FRAMING_NONE, FRAMING_NDJSON, FRAMING_CONTENT_LENGTH);
const toServer = fc.record({
  bytes: fc.oneof(request, notification, reply, lookalike),
  action: fc.constant(ACTION_TO_SERVER),
  framing,
});
const fromServer = fc.record({
  bytes: fc.oneof(reply, request, notification, lookalike),
  action: fc.constant(ACTION_FROM_SERVER),
  framing,
});

describe('both kernels multiplex alike', { skip: !NATIVE_ADDON_IS_BUILT }, () => {
  it('for requests on their way out and replies on their way back', () => {
    const run = (kernel: Kernel, out: readonly FrameCase[], back: readonly FrameCase[]) => [
      new FrameBatch(out).run(kernel),
      new FrameBatch(back).run(kernel),
    ];
    fc.assert(
      fc.property(
        fc.array(toServer, { maxLength: 8 }),
        fc.array(fromServer, { maxLength: 8 }),
        (requests, back) => {
          // As main gives them: no id twice.
          const out = requests.map((frame, k) => ({ ...frame, arg: k + 1 }));
          const native = selectKernel('native', createIdStore()).kernel;
          const portable = new PortableKernel(createIdStore());
          assert.deepEqual(run(native, out, back), run(portable, out, back));
        },
      ),
      { numRuns: 800 },
    );
  });
});

for (const kernel of [
  new PortableKernel(createIdStore()),
  ...(NATIVE_ADDON_IS_BUILT ? [selectKernel('native', createIdStore()).kernel] : []),
]) {
  describe(`the ${kernel.name} kernel between many clients and one server`, () => {
    const out = (bytes: string, arg: number) =>
      runFrame(kernel, { bytes, action: ACTION_TO_SERVER, arg });
    const back = (bytes: string) => runFrame(kernel, { bytes, action: ACTION_FROM_SERVER });

    it('gives a request the integer, and its reply the original bytes of the id', () => {
      for (const [k, id] of [
        '1',
        '1.0',
        '"1"',
        '"\\u0031"',
        '9223372036854775807',
        '"é"',
      ].entries()) {
        const arg = 100_000 + k;
        assert.equal(out(`{"id":${id},"method":"m"}`, arg).out, `{"id":${arg},"method":"m"}`);
        const { out: restored, found } = back(`{"result":{"id":${arg}},"id":${arg}}`);
        assert.equal(
          Buffer.from(restored, 'latin1').toString(),
          `{"result":{"id":${arg}},"id":${id}}`,
        );
        assert.deepEqual(found, [0, 0, arg]);
      }
    });

    it('writes nothing for a reply whose id was never given, or is spelled differently', () => {
      out('{"id":7,"method":"m"}', 55);
      for (const id of ['56', '55.0', '"55"', '-55', '4294967351', String(55 + 131_072)]) {
        assert.equal(back(`{"id":${id},"result":1}`).out, '');
      }
    });

    it('leaves an id that is too long for the store to main, with the number of its request', () => {
      out(`{"id":"${'x'.repeat(26)}","method":"m"}`, 60);
      assert.deepEqual(back('{"id":60,"result":1}'), {
        ...back('{"id":60,"result":1}'),
        out: '',
        found: [0, 0, 60],
      });
    });

    it('gives a request progress tokens made from the integer, wherever they stand', () => {
      const sent = (params: string, id = '"x"') =>
        `{"params":${params}, "id" : ${id},"method":"m"}`;
      const rewritten = (params: string) => out(sent(params), 70).out;
      const progress = '{"_meta":{"a":1,"progressToken" : "t"}}';
      assert.equal(
        rewritten(progress),
        sent('{"_meta":{"a":1,"progressToken" : "sluice-70"}}', '70'),
      );
      assert.equal(
        rewritten('{"partialResultToken":-1.5,"workDoneToken":7}'),
        sent('{"partialResultToken":"sluice-70-partial","workDoneToken":"sluice-70"}', '70'),
      );
      assert.equal(
        rewritten('{"partialResultToken":"long enough to become shorter"}'),
        sent('{"partialResultToken":"sluice-70-partial"}', '70'),
      );
      for (const nothing of ['null', '{"a":1}', '[1]', 'true']) {
        const params = `{"workDoneToken":${nothing}}`;
        assert.equal(rewritten(params), sent(params, '70'));
      }
      const framed = { bytes: sent(progress), action: ACTION_TO_SERVER, arg: 70 };
      const { out: withHeader } = runFrame(kernel, { ...framed, framing: FRAMING_CONTENT_LENGTH });
      const body = rewritten(progress);
      assert.equal(withHeader, `Content-Length: ${body.length}\r\n\r\n${body}`);
    });

    it('finds progress tokens however their names are spelled, and refuses repeated ones', () => {
      const text = '{"id":1,"method":"m","params":{"_meta":{"progress\\u0054oken":"tok"}}}';
      const { verdict, found } = out(text, 61);
      assert.equal(verdict, KIND_REQUEST);
      assert.equal(text.slice(found[0], found[1]), '"tok"');
      const twice =
        '{"id":1,"method":"m","params":{"_meta":{"progressToken":1,"progressToken":2}}}';
      assert.equal(out(twice, 62).verdict, BAD_MESSAGE);
    });

    it('refuses names that a server which ignores case takes for those of the envelope', () => {
      const refused = (text: string, why: string): void => {
        const { verdict, out: reply } = out(text, 63);
        assert.equal(verdict, BAD_MESSAGE, text);
        assert.ok(Buffer.from(reply, 'latin1').toString().includes(why), reply);
      };
      refused('{"id":1,"ID":2,"method":"m"}', '"ID" can be taken for "id"');
      refused('{"method":"m","\\u0049d":2}', '"Id" can be taken for "id"');
      refused('{"id":1,"method":"m","param\u017f":{}}', '"param\u017f" can be taken for "params"');
      for (const name of ['\u0131d', '\u0130d']) {
        const why = `"${name}" can be taken for "id"`;
        refused(`{"id":1,"method":"m","${name}":2}`, why);
        const escaped = name.replace(/^./u, (i) => `\\u0${i.charCodeAt(0).toString(16)}`);
        refused(`{"id":1,"method":"m","${escaped}":2}`, why);
      }
      refused('{"iD":1,"result":2,"id":3}', '"iD" can be taken for "id"');
      const cancel = '"method":"notifications/cancelled","params"';
      refused(`{${cancel}:{"requestId":1,"RequestID":2}}`, 'another spelling of "requestId"');
      const request = '"id":1,"method":"m","params"';
      refused(`{${request}:{"ProgressToken":1,"_META":{"progressToken":2}}}`, 'of "_meta"');
      refused(`{${request}:{"_meta":{"progresstoken":1}}}`, 'of "progressToken"');
      refused(`{${request}:{"_meta":{"progressTo\u212aen":1}}}`, 'of "progressToken"');
      refused(`{${request}:{"workDoneTOKEN":1}}`, 'of "workDoneToken"');
      refused(`{${request}:{"partialRe\u017fulttoken":1}}`, 'of "partialResultToken"');
      const deeper = '{"token":1,"name":"progresstoken","arguments":{"ProgressToken":2}}';
      assert.equal(out(`{${request}:${deeper}}`, 63).verdict, KIND_REQUEST);
      refused(`{${cancel}:{"requestId":1,"request\\u0049D":2}}`, 'another spelling of "requestId"');
      for (const text of [
        '{"identity":1,"idx":2,"method":"m"}',
        '{"method":"m","params":{"ID":1}}',
      ]) {
        assert.equal(out(text, 64).verdict, KIND_NOTIFICATION);
      }
      // What comes from the server is not rewritten where it looks like that.
      assert.equal(back('{"ID":1,"method":"m"}').verdict, KIND_NOTIFICATION);
    });
  });
}
