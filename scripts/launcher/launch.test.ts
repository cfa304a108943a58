import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSmallWorkspace, type SmallWorkspace, watch } from "./small-workspace.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Says that it runs, then what signals it gets, and ends a little after the first. */
const patientProgram = `
  for (const signal of ${JSON.stringify(signals)}) {
    process.on(signal, () => {
      console.log("got " + signal);
      process.exitCode = 5;
      clearInterval(stay);
    });
  }
  const stay = setInterval(() => {}, 1000);
  console.log("ready");
`;

/** Makes the launcher believe that it runs on another Node. */
function pretendNode(workspace: SmallWorkspace, node: string): NodeJS.ProcessEnv {
  workspace.write(
    "pretend.mjs",
    `const { sqlite, ...versions } = process.versions;
     Object.defineProperty(process, "versions", { value: { ...versions, node: "${node}" } });`,
  );
  return { NODE_OPTIONS: `--import=${join(workspace.root, "pretend.mjs")}` };
}

function putLocalNode(workspace: SmallWorkspace, versions: object): void {
  rmSync(join(workspace.root, "node_modules", ".bin", "node"));
  const script = `#!/bin/sh\necho '${JSON.stringify(versions)}'\n`;
  workspace.write("node_modules/.bin/node", script);
}

test("gives the program its arguments, and ends with its exit code", async () => {
  const workspace = createSmallWorkspace();
  workspace.write(
    "program.ts",
    `const given: string[] = process.argv.slice(2); console.log(JSON.stringify(given)); process.exitCode = 3;`,
  );
  expect(await workspace.start(["a b", "--json"]).ended).toMatchObject({
    code: 3,
    signal: null,
    stdout: '["a b","--json"]\n',
    stderr: "",
  });
});

test("runs the program on the workspace's Node, whatever Node it was started with", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", "console.log(process.argv0);");
  const { stdout } = await workspace.start().ended;
  expect(stdout.trim()).toBe(join(workspace.root, "node_modules", ".bin", "node"));
});

test("keeps what it compiled among what is installed, unless told another place", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("imported.ts", "export const text: string = 'compiled';");
  workspace.write("program.ts", 'import { text } from "./imported.ts"; console.log(text);');
  const elsewhere = join(workspace.root, "elsewhere");
  const usual = join(workspace.root, "node_modules", ".cache", "compile");
  await workspace.start([], { NODE_COMPILE_CACHE: elsewhere }).ended;
  expect([existsSync(elsewhere), existsSync(usual)]).toEqual([true, false]);
  await workspace.start([], { NODE_COMPILE_CACHE: undefined }).ended;
  expect(readdirSync(usual)).not.toEqual([]);
});

for (const signal of signals) {
  test(`passes ${signal} on to the program and waits for its end`, async () => {
    const workspace = createSmallWorkspace();
    workspace.write("program.ts", patientProgram);
    const started = workspace.start();
    await started.hasSaid("ready");
    started.kill(signal);
    expect(await started.ended).toMatchObject({ code: 5, stdout: `ready\ngot ${signal}\n` });
  });
}

test("ends by the signal that the program ended by", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", `process.kill(process.pid, "SIGKILL");`);
  expect(await workspace.start().ended).toMatchObject({ signal: "SIGKILL" });
});

test("ends the program when the npm that started it has been killed", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", patientProgram);
  workspace.write(
    "npm.mjs",
    `import { spawn } from "node:child_process";
     spawn(process.execPath, ["scripts/launcher/launch.mjs", "program.ts"], { stdio: "inherit" });`,
  );
  const npm = watch(workspace.root, ["npm.mjs"], { npm_lifecycle_event: "start" });
  await npm.hasSaid("ready");
  npm.kill("SIGKILL");
  expect((await npm.ended).stdout).toBe("ready\ngot SIGTERM\n");
});

test("says in one line what to do when npm was kept from installing the workspace's Node", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", `console.log("started");`);
  rmSync(join(workspace.root, "node_modules", ".bin", "node"));
  const env = pretendNode(workspace, "20.20.2");
  const { code, stdout, stderr } = await workspace.start([], env).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^tenantry: .*npm rebuild node --ignore-scripts=false.*\n$/);
});

test("does without the workspace's Node where the one it was started with is new enough", async () => {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", `console.log("started");`);
  rmSync(join(workspace.root, "node_modules", ".bin", "node"));
  expect(await workspace.start().ended).toMatchObject({ code: 0, stdout: "started\n", stderr: "" });
});

for (const versions of [
  { node: "22.20.0", sqlite: "3.53.0" },
  { node: "24.0.0", sqlite: "3.51.2" },
  { node: "24.0.0" },
]) {
  test(`refuses to run on ${JSON.stringify(versions)}`, async () => {
    const workspace = createSmallWorkspace();
    putLocalNode(workspace, versions);
    const { code, stdout, stderr } = await workspace.start([], pretendNode(workspace, "20.20.2"))
      .ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^tenantry: .*SQLite 3\.51\.3 or newer are needed.*\n$/);
  });
}

test("says in one line that a Node older than 20 cannot start it", async () => {
  const workspace = createSmallWorkspace();
  const { code, stderr } = await workspace.start([], pretendNode(workspace, "18.20.8")).ended;
  expect(code).toBe(1);
  expect(stderr).toBe("tenantry: Node 20 or newer is needed to start; this is Node 18.20.8.\n");
});

test("uses nothing that has to be installed first", () => {
  for (const file of ["launch", "install", "install-lock", "child-process"]) {
    const source = readFileSync(join(import.meta.dirname, `${file}.mjs`), "utf8");
    for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)) {
      expect(specifier).toMatch(/^(node:|\.\/)/);
    }
  }
});
