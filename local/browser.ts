/** Where Chromium usually is; CHROMIUM names another one. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Milliseconds that anything in a page may take. */
const PATIENCE = 15_000;

/** One page of a headless Chromium. */
export interface Page extends AsyncDisposable {
  goto(url: string): Promise<void>;
  /** The value of a JavaScript expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true in the page; throws when that takes too long. */
  until(expression: string): Promise<void>;
  /** Width and height in pixels; `isPhone` scales as phones do. */
  resize(width: number, height: number, isPhone?: boolean): Promise<void>;
  /** A picture of what is in sight, as PNG. */
  screenshot(): Promise<Uint8Array>;
}

/** The Chromium of this machine, or null. */
export async function findChromium(): Promise<string | null> {
  for (const place of [Deno.env.get("CHROMIUM") ?? [], PLACES].flat()) {
    if (await Deno.stat(place).catch(() => null)) return place;
  }
  return null;
}

/** Starts Chromium with a profile of its own; disposing of the page ends it. */
export async function openPage(chromium: string): Promise<Page> {
  const profile = await Deno.makeTempDir({ prefix: "calcom-deals-chromium-" });
  const child = new Deno.Command(chromium, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--hide-scrollbars",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = async () => {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => {}); // its children may still write
  };
  try {
    const target = await findTarget(profile);
    const { send, close } = await connect(target);
    return { ...actions(send), [Symbol.asyncDispose]: () => close().then(end) };
  } catch (error) {
    await end();
    throw error;
  }
}

type Send = (method: string, params?: Record<string, unknown>) => Promise<Record<string, unknown>>;

function actions(send: Send): Omit<Page, typeof Symbol.asyncDispose> {
  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: T }; exceptionDetails?: unknown };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }
  async function until(expression: string): Promise<void> {
    for (const end = Date.now() + PATIENCE; !await evaluate<boolean>(expression);) {
      if (Date.now() > end) throw new Error(`Not so after ${PATIENCE} ms: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    evaluate,
    until,
    goto: async (url) => {
      await send("Page.navigate", { url });
      await until(
        `location.href.startsWith(${JSON.stringify(url)}) && document.readyState === "complete"`,
      );
    },
    resize: async (width, height, isPhone = false) => {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: isPhone ? 2 : 1,
        mobile: isPhone,
      });
    },
    screenshot: async () => {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      return Uint8Array.from(atob(data as string), (character) => character.charCodeAt(0));
    },
  };
}

/** The address of the page: Chromium writes its port into its profile. */
async function findTarget(profile: string): Promise<string> {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const port = Number(text.split("\n")[0]);
    if (port > 0) {
      const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
      const page = targets.find((target: { type: string }) => target.type === "page");
      if (page) return page.webSocketDebuggerUrl;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Chromium did not start");
}

async function connect(url: string): Promise<{ send: Send; close: () => Promise<void> }> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const open = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = open.get(id);
    open.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  };
  return {
    send: (method, params = {}) => {
      const call = Promise.withResolvers<Record<string, unknown>>();
      open.set(++last, call);
      socket.send(JSON.stringify({ id: last, method, params }));
      return call.promise;
    },
    close: () =>
      new Promise((resolve) => {
        socket.onclose = () => resolve();
        socket.close();
      }),
  };
}
