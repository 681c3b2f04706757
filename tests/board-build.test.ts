import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { TextLineStream } from "npm:deno-std@1.4.0/streams/text_line_stream.js";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { servePage } from "../local/board/page.ts";
import { BoardPage, startBoard } from "./support/board.ts";
import { testPage } from "./support/browser.ts";
import { makeFolder } from "./support/stack.ts";

/** Runs `task board` for a project. */
function runBoard(args: string[], env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      fileURLToPath(new URL("../local/board.ts", import.meta.url)),
      ...args,
    ],
    env: { SUPABASE_PROJECT_REF: "", SUPABASE_ACCESS_TOKEN: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

testPage("the board of a live project", async (page, t) => {
  await using stack = await startBoard();
  const project = {
    SUPABASE_URL: stack.url,
    SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
  };

  await t.step("task board build writes files for any host, of this project alone", async () => {
    await using folder = await makeFolder();
    const to = join(folder.path, "site");
    const { code, stdout } = await runBoard(["build", to], project).output();
    assertEquals(code, 0);
    assert(new TextDecoder().decode(stdout).includes(to));

    const html = await Deno.readTextFile(join(to, "index.html"));
    const [, policy] = /Content-Security-Policy" content="(.*?)"/.exec(html)!;
    const { host } = new URL(stack.url);
    assertEquals(policy!.split("; ").sort(), [
      "base-uri 'none'",
      `connect-src 'self' http://${host} ws://${host}`,
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    assertEquals(html.match(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|style=/), null);
    assertEquals(JSON.parse(await Deno.readTextFile(join(to, "config.json"))), {
      supabaseUrl: stack.url,
      publishableKey: stack.publishableKey,
    });
    const names = await Array.fromAsync(Deno.readDir(to), ({ name }) => name);
    assertEquals(names.sort(), ["assets", "config.json", "icon.svg", "index.html"]);
  });

  await t.step("the types of the page are right, and its packages exact", async () => {
    const cwd = fileURLToPath(new URL("../board/", import.meta.url));
    const { code, stdout } = await new Deno.Command("npm", {
      args: ["run", "--silent", "check"],
      cwd,
    }).output();
    assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
    const { dependencies, devDependencies } = JSON.parse(
      await Deno.readTextFile(`${cwd}package.json`),
    );
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assertMatch(version as string, /^\d+\.\d+\.\d+$/, name);
    }
    const lock = await Deno.readTextFile(`${cwd}package-lock.json`);
    assert(lock.includes('"integrity"') && !lock.includes('"resolved"'));
  });

  await t.step("without a project it says what to set", async () => {
    const { code, stderr } = await runBoard([], {
      SUPABASE_URL: "",
      SUPABASE_PUBLISHABLE_KEY: "",
    }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /^Which project\? Set SUPABASE_URL/);
  });

  await t.step("nothing of the disk is served but the page", async () => {
    const folder = pathToFileURL(`${fileURLToPath(new URL("../board/dist/", import.meta.url))}/`);
    const config = { supabaseUrl: stack.url, publishableKey: "" };
    for (
      const path of ["../package.json", "%2e%2e/package.json", ".sources", "assets/../index.html"]
    ) {
      const answer = await servePage(path, folder, config);
      await answer.body?.cancel();
      assertEquals(answer.status, 404, path);
    }
  });

  await t.step("task board shows it, and goes on without Realtime", async () => {
    const child = runBoard(["--port", "0"], project);
    try {
      const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
        new TextLineStream(),
      );
      let url = "";
      for await (const line of lines.values({ preventCancel: true })) {
        url = /is at (http:\S+)/.exec(line)?.[1] ?? "";
        if (url) break;
      }
      await lines.cancel();
      const board = await BoardPage.open(page, { ...stack, boardUrl: url });
      await board.signIn("viewer@team.example");
      await board.see("True North");
      // A name that changes behind the page's back, and no Realtime to tell of it.
      await stack.sql(
        `update public.companies set name = 'Truer North' where name = 'True North'`,
      );
      await board.see("Truer North");
      board.assertNoProblems([/WebSocket connection to/]);
    } finally {
      child.kill();
      await child.stderr.cancel();
      await child.status;
    }
  });
});
