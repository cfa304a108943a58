import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { breakAbandoned } from "./install-lock.mjs";
import { createSmallWorkspace, lockedZod, type SmallWorkspace } from "./small-workspace.ts";

function createWorkspace(): SmallWorkspace {
  const workspace = createSmallWorkspace();
  workspace.write("program.ts", `console.log("started");`);
  return workspace;
}

function npmCallsOf({ root }: SmallWorkspace): readonly string[] {
  const file = join(root, "npm-calls");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

test("starts at once when what is installed is what the lockfile names", async () => {
  const workspace = createWorkspace();
  expect(await workspace.start().ended).toMatchObject({
    code: 0,
    stdout: "started\n",
    stderr: "",
  });
  expect(npmCallsOf(workspace)).toEqual([]);
});

const incomplete: Record<string, (workspace: SmallWorkspace) => void> = {
  "nothing is installed": ({ root }) => rmSync(join(root, "node_modules"), { recursive: true }),
  "an installation was cut short": ({ root }) =>
    rmSync(join(root, "node_modules", ".package-lock.json")),
  "a package has another version": ({ write }) =>
    write("node_modules/.package-lock.json", {
      packages: { "node_modules/zod": { ...lockedZod, version: "3.0.0" } },
    }),
  "a package has another content": ({ write }) =>
    write("node_modules/.package-lock.json", {
      packages: { "node_modules/zod": { ...lockedZod, integrity: "sha512-b" } },
    }),
  "a package's folder is gone": ({ root }) =>
    rmSync(join(root, "node_modules", "zod"), { recursive: true }),
  "an optional package has another version": ({ write }) => {
    const optional = { ...lockedZod, optional: true };
    write("package-lock.json", { packages: { "node_modules/zod": optional } });
    write("node_modules/.package-lock.json", {
      packages: { "node_modules/zod": { ...optional, version: "3.0.0" } },
    });
  },
};

for (const [what, arrange] of Object.entries(incomplete)) {
  test(`installs what the lockfile names, development tools included, when ${what}`, async () => {
    const workspace = createWorkspace();
    arrange(workspace);
    const { code, stdout, stderr } = await workspace.start().ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "started\n" });
    expect(stderr).toContain("installing dependencies with npm ci");
    expect(npmCallsOf(workspace)).toEqual([expect.stringMatching(/^ci .*--include=dev/)]);
  });
}

test("does not miss an optional package that is for another platform", async () => {
  const workspace = createWorkspace();
  workspace.write("package-lock.json", {
    packages: {
      "node_modules/zod": lockedZod,
      "node_modules/for-others": { version: "1.0.0", optional: true },
    },
  });
  await workspace.start().ended;
  expect(npmCallsOf(workspace)).toEqual([]);
});

test("adds an optional package for this platform that npm left out on an older Node", async () => {
  const workspace = createWorkspace();
  const native = { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] };
  const packages = { "node_modules/zod": lockedZod };
  workspace.write("package-lock.json", {
    packages: { ...packages, "node_modules/native": { ...native, engines: { node: ">=24" } } },
  });
  workspace.write(
    "npm-cli.js",
    `import { appendFileSync, writeFileSync } from "node:fs";
     appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
     writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify({ packages }))});`,
  );
  rmSync(join(workspace.root, "node_modules", ".package-lock.json"));
  expect(await workspace.start().ended).toMatchObject({ code: 0 });
  expect(npmCallsOf(workspace)).toEqual([
    expect.stringMatching(/^ci /),
    expect.stringMatching(/^install --no-save /),
  ]);
});

test("says in one line that the lockfile is missing", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "package-lock.json"));
  const { code, stderr } = await workspace.start().ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tenantry: .*package-lock\.json.*\n$/);
});

test("starts nothing when npm fails, ends as npm did, and tries again the next time", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "node_modules", "zod"), { recursive: true });
  workspace.write("npm-cli.js", "process.exitCode = 7;");
  for (const attempt of ["first", "second"]) {
    const { code, stdout, stderr } = await workspace.start([attempt]).ended;
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(stderr).toContain("npm ci failed");
  }
});

test("installs again after an installation that was cut short", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "node_modules", "zod"), { recursive: true });
  workspace.write(
    "npm-cli.js",
    `import { appendFileSync, mkdirSync } from "node:fs";
     appendFileSync("npm-calls", "ci\\n");
     mkdirSync("node_modules/zod", { recursive: true });
     process.kill(process.pid, "SIGKILL");`,
  );
  expect(await workspace.start().ended).toMatchObject({ signal: "SIGKILL" });
  expect(await workspace.start().ended).toMatchObject({ signal: "SIGKILL" });
  expect(npmCallsOf(workspace)).toHaveLength(2);
});

test("lets one of several starts install while the others wait, and then starts them all", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "node_modules", "zod"), { recursive: true });
  const starts = await Promise.all([1, 2, 3, 4, 5].map(() => workspace.start().ended));
  expect(starts.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    starts.map(() => ({ code: 0, stdout: "started\n" })),
  );
  expect(npmCallsOf(workspace)).toHaveLength(1);
  expect(existsSync(join(workspace.root, ".install-lock"))).toBe(false);
});

test("takes over from several starts that died, however many want to", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "node_modules", "zod"), { recursive: true });
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  workspace.write(".install-lock", { token: "dead", pids: [dead.pid] });
  const starts = await Promise.all([1, 2, 3, 4, 5].map(() => workspace.start().ended));
  expect(starts.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  expect(npmCallsOf(workspace)).toHaveLength(1);
});

test("leaves alone the lock of whoever took over first", async () => {
  const workspace = createWorkspace();
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  const file = join(workspace.root, ".install-lock");
  workspace.write(".install-lock", { token: "new", pids: [process.pid] });
  breakAbandoned(file, { token: "dead", pids: [dead.pid] });
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ token: "new" });
});

test("waits for an npm that outlives the start it belongs to", async () => {
  const workspace = createWorkspace();
  rmSync(join(workspace.root, "node_modules", "zod"), { recursive: true });
  workspace.write(
    "npm-cli.js",
    `import { writeFileSync } from "node:fs";
     process.on("SIGUSR1", () => process.exit(0));
     writeFileSync("npm-pid", String(process.pid));
     console.log("npm at work");
     setInterval(() => {}, 1000);`,
  );
  const first = workspace.start();
  await first.hasSaid("npm at work");
  const npm = Number(readFileSync(join(workspace.root, "npm-pid"), "utf8"));
  first.kill("SIGKILL");
  const second = workspace.start();
  await second.hasSaid("waiting for process");
  workspace.write("npm-cli.js", "process.exitCode = 9;");
  process.kill(npm, "SIGUSR1");
  expect(await second.ended).toMatchObject({ code: 9 });
});
