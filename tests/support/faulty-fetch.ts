/** Stands between a function and the database, and goes wrong in one way. */
export type Fetch = typeof globalThis.fetch;

function urlOf(input: Parameters<Fetch>[0]): string {
  return input instanceof Request ? input.url : String(input);
}

/** Nobody answers calls of this path. */
export function failCalls(path: string): Fetch {
  return (input, init) =>
    urlOf(input).includes(path)
      ? Promise.reject(new TypeError("fetch failed"))
      : fetch(input, init);
}

/** Calls of this path take for ever. */
export function hangCalls(path: string): Fetch {
  return (input, init) =>
    urlOf(input).includes(path)
      ? new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      )
      : fetch(input, init);
}

/** Calls of functions are answered with this. */
export function answerCalls(answer: unknown): Fetch {
  return (input, init) =>
    urlOf(input).includes("/rpc/") ? Promise.resolve(Response.json(answer)) : fetch(input, init);
}

/** Every call is answered with this error. */
export function answerError(status: number, code: string): Fetch {
  return () => Promise.resolve(Response.json({ code, message: "no" }, { status }));
}

/** The first calls find nobody, or a database that is starting. */
export function failFirst(failures: number): Fetch {
  let left = failures;
  return (input, init) => {
    if (left === 0) return fetch(input, init);
    left--;
    return left % 2 === 0
      ? Promise.reject(new TypeError("fetch failed"))
      : Promise.resolve(Response.json({ code: "57P03", message: "starting" }, { status: 503 }));
  };
}

/** The first call is refused for what it holds. */
export function refuseFirst(code: string): Fetch {
  let isFirst = true;
  return (input, init) => {
    if (!isFirst) return fetch(input, init);
    isFirst = false;
    return Promise.resolve(Response.json({ code, message: "no" }, { status: 400 }));
  };
}
