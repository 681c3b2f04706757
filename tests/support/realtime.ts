/**
 * A stand-in of Supabase Realtime, in front of a stack that has none: it serves the board, passes on what
 * the board asks of the stack, and speaks with it as Realtime does. What changes in the database it is told.
 *
 * Source: supabase.com/docs/guides/realtime/protocol, and what realtime-js sends and takes. A message is
 * [join_ref, ref, topic, event, payload].
 */
import { DIST } from "../../local/board/build.ts";
import { servePage } from "../../local/board/page.ts";
import type { Stack } from "../../local/stack/stack.ts";

type Message = [string | null, string | null, string, string, Record<string, unknown>];

/** A channel that a page has joined. */
interface Channel {
  socket: WebSocket;
  topic: string;
  joinRef: string | null;
  tables: string[];
  /** What Realtime would look up the policies with. */
  token: string;
}

export class Realtime implements AsyncDisposable {
  /** Who listens at the moment. */
  channels: Channel[] = [];
  /** How often the page has asked whether something has changed. */
  polls = 0;
  /** It takes no connection. */
  isDown = false;
  /** What the database has against listening; the channel is there all the same. */
  refusal: string | null = null;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(private readonly stack: Stack) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** The stack as a page sees it from here. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get boardUrl(): string {
    return `${this.url}/board`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/board/")) {
      const config = { supabaseUrl: this.url, publishableKey: this.stack.publishableKey };
      return await servePage(pathname.slice("/board/".length), DIST, config);
    }
    if (pathname === "/realtime/v1/websocket") {
      if (this.isDown) return new Response(null, { status: 503 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(data));
      socket.onclose = () => this.#forget((channel) => channel.socket === socket);
      return response;
    }
    if (pathname.endsWith("/rpc/board_last_change")) this.polls++;
    const { method, headers, body } = request;
    return await fetch(new URL(pathname + search, this.stack.url), { method, headers, body });
  }

  #hear(socket: WebSocket, [joinRef, ref, topic, event, payload]: Message): void {
    const send = (event: string, payload: unknown) =>
      socket.send(JSON.stringify([joinRef, ref, topic, event, payload]));
    const channel = this.channels.find((one) => one.socket === socket && one.topic === topic);
    if (event === "access_token" && channel) channel.token = String(payload["access_token"]);
    if (event === "phx_leave") this.#forget((one) => one === channel);
    if (event !== "phx_join") return send("phx_reply", { status: "ok", response: {} });

    const { postgres_changes } = payload["config"] as { postgres_changes: { table: string }[] };
    const changes = postgres_changes.map((change, place) => ({ ...change, id: place + 1 }));
    send("phx_reply", { status: "ok", response: { postgres_changes: changes } });
    send("system", {
      channel: topic.replace("realtime:", ""),
      extension: "postgres_changes",
      status: this.refusal ? "error" : "ok",
      message: this.refusal ?? "Subscribed to PostgreSQL",
    });
    const tables = this.refusal ? [] : changes.map(({ table }) => table);
    this.channels.push({ socket, topic, joinRef, tables, token: String(payload["access_token"]) });
  }

  #forget(isGone: (channel: Channel) => boolean): void {
    this.channels = this.channels.filter((channel) => !isGone(channel));
  }

  /** Tells whoever listens that rows of a table have changed. */
  tell(table: string): void {
    for (const { socket, topic, tables } of this.channels) {
      const place = tables.indexOf(table);
      if (place < 0) continue;
      const change = { schema: "public", table, type: "UPDATE", columns: [], record: {} };
      const payload = { ids: [place + 1], data: { ...change, errors: null } };
      socket.send(JSON.stringify([null, null, topic, "postgres_changes", payload]));
    }
  }

  /** Closes the channels, as when their tokens have expired. */
  expire(): void {
    for (const { socket, topic, joinRef } of this.channels.splice(0)) {
      const message = "Token has expired 1 seconds ago";
      const payload = { channel: "board", extension: "system", status: "error", message };
      socket.send(JSON.stringify([joinRef, null, topic, "system", payload]));
      socket.send(JSON.stringify([joinRef, joinRef, topic, "phx_close", {}]));
    }
  }

  /** The connections break. */
  drop(): void {
    for (const { socket } of this.channels) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await this.#server.shutdown();
  }
}
