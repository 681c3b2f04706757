import assert from "node:assert/strict";
import { checkEnvelope } from "./envelope.ts";

Deno.test("a trigger makes an event, with or without an envelope, whatever else there is", () => {
  for (
    const body of [
      { triggerEvent: "PING", createdAt: null, payload: 1 },
      { triggerEvent: "MEETING_ENDED", uid: "x" },
      { triggerEvent: "NEVER_HEARD_OF" },
    ]
  ) {
    assert.deepEqual(checkEnvelope(body), { trigger: body.triggerEvent, problem: null });
  }
});

Deno.test("what is no object is told so", () => {
  for (const body of [false, null, "text", 7, []]) {
    const { trigger, problem } = checkEnvelope(body);
    assert.equal(trigger, null);
    assert.match(problem ?? "", /not an object/);
  }
});

Deno.test("a missing trigger is named, with what to do", () => {
  for (const body of [{}, { triggerEvent: "" }, { triggerEvent: null }, { triggerEvent: 1 }]) {
    const { trigger, problem } = checkEnvelope(body);
    assert.equal(trigger, null);
    assert.match(problem ?? "", /"triggerEvent" is missing.*payload template/);
  }
});
