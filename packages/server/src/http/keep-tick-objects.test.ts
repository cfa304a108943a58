import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { keepTickObjects, keptTickObjects } from "./keep-tick-objects.ts";

test("keeps the objects of two calls of process.nextTick alive, however often it is asked to", async () => {
  keepTickObjects();
  keepTickObjects();
  await new Promise((resolve) => process.nextTick(resolve));
  expect(keptTickObjects).toEqual([
    expect.objectContaining({ callback: expect.any(Function), args: undefined }),
    expect.objectContaining({ callback: expect.any(Function), args: [0] }),
  ]);
});

test("a server that is started keeps them, and has V8 take the short way for promises", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tick-objects-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const program = `
    import { readSettings, startServer } from ${JSON.stringify(join(import.meta.dirname, "../index.ts"))};
    import { keptTickObjects } from ${JSON.stringify(join(import.meta.dirname, "keep-tick-objects.ts"))};
    const environment = { PORT: "0", HOST: "127.0.0.1", TENANTRY_LOG_LEVEL: "silent" };
    const server = await startServer(readSettings(environment, ${JSON.stringify(directory)}));
    console.log(keptTickObjects.length);
    await server.close();`;
  const args = ["--trace-protector-invalidation", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
  expect(stdout.trim().split("\n").at(-1)).toBe("2");
  expect(stdout).not.toContain("PromiseHook");
});
