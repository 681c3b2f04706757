import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { readable } from "./log-line.ts";

Deno.test("a line of JSON is told in short", () => {
  const line = {
    at: "calcom-webhook",
    status: 200,
    outcome: "applied",
    trigger: "BOOKING_CREATED",
    reason: "Booked; acme.example has a new deal.",
    event_id: "6f9619ff-8b86-4011-b42d-00c04fc964ff",
    ms: 12,
  };

  assertEquals(
    readable("calcom-webhook", JSON.stringify(line)),
    "calcom-webhook  applied  BOOKING_CREATED  Booked; acme.example has a new deal.  12 ms",
  );
  assertEquals(
    readable("send-emails", '{"at": "send-emails", "outcome": "done", "sent": 2, "failed": 0}'),
    "send-emails  done  sent 2",
  );
});

Deno.test("anything else stays as it is, under the name of its function", () => {
  assertEquals(readable("echo", "error: x is not defined"), "echo  error: x is not defined");
  assertEquals(readable("echo", "{ not json"), "echo  { not json");
});
