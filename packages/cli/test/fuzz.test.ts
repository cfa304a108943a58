import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DomainError } from "@tenantry/core";
import { type Command, CommanderError } from "commander";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { createProgram } from "../src/program.ts";
import { fixture, makeDirectory } from "./run-command-line.ts";

const { TENANTRY_FUZZ_RUNS: givenRuns, TENANTRY_FUZZ_SEED: givenSeed } = process.env;
const runs = Number(givenRuns ?? 150);
const seed = Number(givenSeed ?? (givenRuns === undefined ? 1 : Date.now() % 1_000_000_000));

/** It ends when it is told to. */
const withoutEnd: ReadonlySet<string> = new Set(["serve"]);
/** It reads what a test does not write. */
const fromStandardInput: ReadonlySet<string> = new Set(["--password-stdin"]);

/** What a shell can give: no U+0000, and no half of a character. */
const odd = fc.constantFrom(
  ...["", " ", "--", "-1", "__proto__", "constructor", "null", "{}", "[]", '{"__proto__":{}}'],
  ...["1e309", "x".repeat(300), "é".repeat(300), "😀", "\n", "..", ".", "a/b", "file.json/x"],
  ...["'", '"', "*", "0", "9007199254740993", "--json", "\u001b[31m", "\u212a", '{"a":1}'],
);
const paths = fc.constantFrom(
  "file.json",
  "odd.json",
  "out.json",
  "backup",
  "data",
  "no/where",
  "",
);
const urls = fc.constantFrom(
  "sqlite:data/tenantry.db",
  "sqlite:",
  "json:directory",
  "json:",
  "x:y",
);

/** What most of the values are about. */
const usualCommands = [
  ["org", "create", "Acme"],
  ["member", "add", "acme", "ann", "--create-user"],
];

/** Values that are there, or could be, by the name of the argument or option that wants them. */
const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  administrator: fc.constantFrom("ann@example.com", "ann", "ann@example"),
  "database-url": urls,
  events: paths,
  file: paths,
  from: urls,
  name: fc.constantFrom("Acme", "Other", "acme"),
  org: fc.constantFrom("acme", "other", "org_nothing"),
  out: paths,
  owner: fc.constantFrom("ann", "ann@example.com", "user_nobody"),
  permission: fc.constantFrom("member:add", "*", "no"),
  place: paths,
  plan: fc.constantFrom("enterprise", "free", "none"),
  role: fc.constantFrom("owner", "member", "none"),
  status: fc.constantFrom("active", "suspended", "deleted", "invited", "gone"),
  tenant: fc.constantFrom("default", "acme", "nowhere"),
  user: fc.constantFrom("ann", "ann@example.com", "user_nobody"),
};

function anyValue(name: string): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: values[name] ?? odd, weight: 4 }, { arbitrary: odd, weight: 1 });
}

/** Command lines of one command: its arguments, now and then too few or too many, and some of its options. */
function linesOf(command: Command, words: readonly string[]): fc.Arbitrary<string[]> {
  const given = command.registeredArguments.map((one) => anyValue(one.name()));
  const options = command.options
    .filter(({ long }) => !fromStandardInput.has(long ?? ""))
    .map((option) => {
      const value = anyValue(option.attributeName()).map((text) =>
        option.required ? [option.long ?? "", text] : [option.long ?? ""],
      );
      return fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, { arbitrary: value, weight: 1 });
    });
  const everywhere = fc.oneof(
    { arbitrary: fc.constant([]), weight: 8 },
    { arbitrary: anyValue("tenant").map((text) => ["--tenant", text]), weight: 1 },
    { arbitrary: anyValue("database-url").map((text) => ["--database-url", text]), weight: 1 },
  );
  const count = fc.constantFrom(...Array<number>(12).fill(given.length), 0, given.length + 1);
  return fc
    .tuple(fc.tuple(...given, odd), count, fc.tuple(...options), everywhere)
    .map(([args, n, some, more]) => [...words, ...args.slice(0, n), ...some.flat(), ...more]);
}

function everyCommand(command: Command, words: readonly string[]): fc.Arbitrary<string[]>[] {
  if (withoutEnd.has(command.name())) return [];
  if (command.commands.length === 0) return [linesOf(command, words)];
  return command.commands.flatMap((one) => everyCommand(one, [...words, one.name()]));
}

/** The file of organizations with one of its values replaced or cut off, or something else altogether. */
const anyFile: fc.Arbitrary<string> = (() => {
  const whole = readFileSync(fixture, "utf8");
  const spots = [...whole.matchAll(/"[^"]*"|\d+|true|false|null/g)].map(({ index, 0: text }) => ({
    index,
    length: text.length,
  }));
  const bad = fc.oneof(
    odd.map((text) => JSON.stringify(text)),
    fc.json({ maxDepth: 1 }),
  );
  const replaced = fc.tuple(fc.constantFrom(...spots), bad).map(([{ index, length }, text]) => {
    return whole.slice(0, index) + text + whole.slice(index + length);
  });
  const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
  return fc.oneof({ arbitrary: replaced, weight: 4 }, cut, fc.json(), odd, fc.constant(whole));
})();

/** Runs a command line in this process. What went wrong, unless it went well or was refused for a reason that we give. */
async function faultOf(args: readonly string[]): Promise<string | undefined> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return undefined;
    if (error instanceof DomainError && error.code !== "internal") return undefined;
    return `${JSON.stringify(args).slice(0, 500)}: ${error instanceof Error ? error.stack : error}`;
  }
  return undefined;
}

test("no command line whatever, with no file whatever, ends in an error that is not ours", {
  timeout: 60_000 + runs * 1_000,
}, async () => {
  const { exitCode } = process;
  const home = process.cwd();
  // Deep enough that no path that climbs gets out.
  const directory = join(makeDirectory(), "a/b/c");
  mkdirSync(directory, { recursive: true });
  process.chdir(directory);
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockReturnValue(true),
  );
  onTestFinished(() => {
    for (const stream of streams) stream.mockRestore();
    process.chdir(home);
    process.exitCode = exitCode;
  });
  const lines = fc.oneof(...everyCommand(createProgram(), []));
  const faults: string[] = [];
  const cases = fc.sample(fc.tuple(lines, anyFile), { seed, numRuns: runs });
  for (const [n, [args, text]] of cases.entries()) {
    writeFileSync("odd.json", text);
    if (n % 50 === 0) {
      writeFileSync("file.json", readFileSync(fixture));
      for (const usual of usualCommands) await faultOf([...usual, "--data-dir", "data"]);
    }
    const fault = await faultOf([...args, "--data-dir", "data", "--json"]);
    if (fault !== undefined) faults.push(`command ${n}: ${fault}`);
  }
  const again = `TENANTRY_FUZZ_RUNS=${runs} TENANTRY_FUZZ_SEED=${seed} shows it again`;
  expect(faults.join("\n"), again).toBe("");
});
