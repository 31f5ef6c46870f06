// What the official client for Node.js sees of the server that it is given: node check.mjs URL [CHECK...]
// Prints the name of each check that passed; ends with an error at the first that did not.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  AccessDeniedError, BACKWARDS, END, FORWARDS, KurrentDBClient, MaxAppendSizeExceededError, NotLeaderError, START,
  StreamDeletedError, StreamNotFoundError, WrongExpectedVersionError, eventTypeFilter, excludeSystemEvents, jsonEvent,
  streamNameFilter,
} from "@kurrent/kurrentdb-client";

const [url, ...wanted] = process.argv.slice(2);
const client = KurrentDBClient.connectionString(url);
const newName = () => `thing-${randomUUID()}`;
const done = (data, type = "thing-done") => jsonEvent({ type, data: { data }, metadata: { by: "nobody" } });
const many = (...data) => data.map((one) => done(one));
const collect = async (events) => {
  const found = [];
  for await (const { event } of events) found.push(event);
  return found;
};
const dataOf = (events) => events.map((event) => event.data.data);
const readAll = (options) => collect(client.readAll(options));
const readStream = (name, options) => collect(client.readStream(name, options));
const refused = async (type, action, says) => {
  const error = await action.then(() => assert.fail("was not refused"), (error) => error);
  assert.ok(error instanceof type, `${error?.constructor?.name}: ${error?.message}`);
  for (const [name, value] of Object.entries(says)) assert.deepEqual(error[name], value, name);
};

const checks = {
  async appends_with_the_right_version() {
    const name = newName();
    const first = await client.appendToStream(name, many(1, 2), { streamState: "no_stream" });
    assert.equal(first.nextExpectedRevision, 1n);
    const second = await client.appendToStream(name, done(3), { streamState: 1n });
    assert.equal(second.nextExpectedRevision, 2n);
    assert.ok(second.position.commit > first.position.commit);
    await client.appendToStream(name, done(4), { streamState: "stream_exists" });
    await client.appendToStream(name, done(5), { streamState: "any" });
    assert.deepEqual(dataOf(await readStream(name)), [1, 2, 3, 4, 5]);
  },

  async appends_as_a_user_who_signs_in_for_this_call() {
    const name = newName();
    const credentials = { username: "nobody", password: "nothing" };
    const result = await client.appendToStream(name, many(1, 2), { streamState: "no_stream", credentials });
    assert.equal(result.nextExpectedRevision, 1n);
    const says = { streamName: name, expectedState: 5n, actualState: 1n };
    await refused(WrongExpectedVersionError, client.appendToStream(name, done(3), { streamState: 5n, credentials }), says);
    const large = jsonEvent({ type: "thing-done", data: { data: "x".repeat(2 ** 20) } });
    const appending = client.appendToStream(name, large, { credentials });
    await refused(MaxAppendSizeExceededError, appending, { maxAppendSize: 2 ** 20 });
  },

  async refuses_a_wrong_version_and_names_both() {
    const name = newName();
    const append = (streamState) => client.appendToStream(name, done(9), { streamState });
    await refused(WrongExpectedVersionError, append(4n), { streamName: name, expectedState: 4n, actualState: "no_stream" });
    await refused(WrongExpectedVersionError, append("stream_exists"), { expectedState: "stream_exists" });
    await client.appendToStream(name, many(1, 2));
    await refused(WrongExpectedVersionError, append("no_stream"), { expectedState: "no_stream", actualState: 1n });
    await refused(WrongExpectedVersionError, append(0n), { expectedState: 0n, actualState: 1n });
    await refused(WrongExpectedVersionError, append(2n), { expectedState: 2n, actualState: 1n });
    assert.deepEqual(dataOf(await readStream(name)), [1, 2]);
  },

  async an_append_that_is_repeated_writes_nothing() {
    for (const streamState of ["no_stream", "any"]) {
      const name = newName();
      const events = many(1, 2);
      const first = await client.appendToStream(name, events, { streamState });
      await client.appendToStream(name, done(3));
      const again = await client.appendToStream(name, events, { streamState });
      assert.equal(again.nextExpectedRevision, first.nextExpectedRevision);
      assert.equal(again.position.commit, first.position.commit);
      assert.deepEqual(dataOf(await readStream(name)), [1, 2, 3]);
    }
  },

  async a_repeat_of_a_part_is_a_wrong_version() {
    for (const streamState of ["no_stream", "any"]) {
      const name = newName();
      const events = many(1, 2);
      await client.appendToStream(name, events, { streamState });
      const more = client.appendToStream(name, [...events, done(3)], { streamState });
      await refused(WrongExpectedVersionError, more, { actualState: 1n });
      assert.deepEqual(dataOf(await readStream(name)), [1, 2]);
    }
  },

  async reads_a_stream_both_ways() {
    const name = newName();
    await client.appendToStream(name, many(0, 1, 2, 3));
    assert.deepEqual(dataOf(await readStream(name, { fromRevision: 1n, maxCount: 2 })), [1, 2]);
    const backwards = { direction: BACKWARDS, fromRevision: END };
    assert.deepEqual(dataOf(await readStream(name, { ...backwards, maxCount: 2 })), [3, 2]);
    assert.deepEqual(dataOf(await readStream(name, { ...backwards, fromRevision: 1n })), [1, 0]);
    assert.deepEqual(await readStream(name, { fromRevision: 9n }), []);
    const [event] = await readStream(name, { maxCount: 1 });
    assert.deepEqual([event.streamId, event.type, event.revision, event.isJson], [name, "thing-done", 0n, true]);
    assert.deepEqual(event.metadata, { by: "nobody" });
    assert.ok(Math.abs(event.created - new Date()) < 60_000, `${event.created}`);
  },

  async a_stream_that_is_not_there_is_not_found() {
    const name = newName();
    await refused(StreamNotFoundError, readStream(name), { streamName: name });
  },

  async reads_all_filtered_in_the_order_of_positions() {
    const [name, other] = [newName(), newName()];
    const type = `kind-${randomUUID()}`;
    await client.appendToStream(name, [done(1), done(2, type)]);
    await client.appendToStream(other, [done(3, type)]);
    await client.appendToStream(name, done(4));
    const ofStream = await readAll({ filter: streamNameFilter({ prefixes: [name] }) });
    assert.deepEqual(dataOf(ofStream), [1, 2, 4]);
    const positions = ofStream.map((event) => event.position.commit);
    assert.deepEqual(positions, [...positions].sort((a, b) => (a < b ? -1 : 1)));
    assert.deepEqual(dataOf(await readAll({ filter: eventTypeFilter({ regex: `^${type}$` }) })), [2, 3]);
    const filter = streamNameFilter({ prefixes: [name] });
    assert.deepEqual(dataOf(await readAll({ filter, fromPosition: ofStream[1].position })), [2, 4]);
    const before = { filter, direction: BACKWARDS, fromPosition: ofStream[1].position };
    assert.deepEqual(dataOf(await readAll(before)), [1]);
    assert.deepEqual(dataOf(await readAll({ filter, direction: BACKWARDS, fromPosition: END, maxCount: 1 })), [4]);
  },

  async leaves_out_the_events_of_the_system() {
    const types = (await readAll({ fromPosition: START, direction: FORWARDS })).map((event) => event.type);
    assert.ok(types.some((type) => type.startsWith("$")));
    const ours = (await readAll({ filter: excludeSystemEvents() })).map((event) => event.type);
    assert.ok(ours.length > 0 && !ours.some((type) => type.startsWith("$")));
  },

  async subscribes_and_resumes_after_what_it_saw() {
    const name = newName();
    const filter = streamNameFilter({ prefixes: [name] });
    await client.appendToStream(name, many(1, 2));
    const take = async (options, count, onSubscribed = () => {}) => {
      const subscription = client.subscribeToAll({ filter, ...options });
      const found = [];
      let caughtUp = 0;
      subscription.on("caughtUp", () => caughtUp++);
      for await (const { event } of subscription) {
        found.push(event);
        if (found.length === 2) await onSubscribed();
        if (found.length === count) break;
      }
      await subscription.unsubscribe();
      return [found, caughtUp];
    };
    const [seen] = await take({ fromPosition: START }, 3, () => client.appendToStream(name, done(3)));
    assert.deepEqual(dataOf(seen), [1, 2, 3]);
    const [rest] = await take({ fromPosition: seen[0].position }, 2);
    assert.deepEqual(dataOf(rest), [2, 3]);
  },

  async subscribes_to_one_stream() {
    const name = newName();
    await client.appendToStream(name, many(0, 1, 2));
    const found = [];
    const subscription = client.subscribeToStream(name, { fromRevision: 0n });
    for await (const { event } of subscription) {
      found.push(event);
      if (found.length === 2) await client.appendToStream(name, done(3));
      if (found.length === 3) break;
    }
    await subscription.unsubscribe();
    assert.deepEqual(dataOf(found), [1, 2, 3]);
  },

  async a_deleted_stream_may_be_written_again() {
    const name = newName();
    await client.appendToStream(name, many(1, 2));
    await refused(WrongExpectedVersionError, client.deleteStream(name, { expectedRevision: 7n }), { streamName: name });
    await client.deleteStream(name, { expectedRevision: 1n });
    await refused(StreamNotFoundError, readStream(name), {});
    const again = await client.appendToStream(name, done(3), { streamState: "no_stream" });
    assert.equal(again.nextExpectedRevision, 2n);
    assert.deepEqual(dataOf(await readStream(name)), [3]);
  },

  async a_tombstoned_stream_is_closed_for_good() {
    const name = newName();
    await client.appendToStream(name, many(1, 2));
    await client.tombstoneStream(name);
    await refused(StreamDeletedError, client.appendToStream(name, done(3)), { streamName: name });
    await refused(StreamDeletedError, readStream(name), { streamName: name });
    await refused(StreamDeletedError, client.deleteStream(name), { streamName: name });
  },

  async refuses_more_bytes_than_it_takes() {
    const large = jsonEvent({ type: "thing-done", data: { data: "x".repeat(2 ** 20) } });
    await refused(MaxAppendSizeExceededError, client.appendToStream(newName(), large), { maxAppendSize: 2 ** 20 });
  },

  async says_to_whom_it_is_closed() {
    await refused(AccessDeniedError, client.appendToStream("closed", done(1)), {});
    await refused(AccessDeniedError, readStream("closed"), {});
  },

  async names_the_leader() {
    const credentials = { username: "nobody", password: "nothing" };
    const says = { leader: { address: "leader.example", port: 2113 } };
    const appending = client.appendToStream(newName(), done(1), { credentials, requiresLeader: true });
    await refused(NotLeaderError, appending, says);
  },
};

for (const [name, check] of Object.entries(checks)) {
  if (wanted.length ? !wanted.includes(name) : name === "names_the_leader") continue;
  await check().catch((error) => {
    console.error(name);
    throw error;
  });
  console.log(name);
}
await client.dispose();
