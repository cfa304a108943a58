import { parseArgs } from "node:util";

export type BenchArguments = {
  out: string | undefined;
  only: string[];
  rounds: number;
  importFile: string | undefined;
  isQuick: boolean;
  isNoise: boolean;
  isHelp: boolean;
};

const fewestRounds = 5;

export const usage = `npm run bench -- [OPTIONS]

  --out FILE        write the rows as JSON
  --only ID-PREFIX  only the rows whose id begins so (may be given again)
  --rounds N        rounds of each row, at least ${fewestRounds} (default ${fewestRounds})
  --import FILE     organizations of GitHub, for the memory of the server
  --quick           short rounds: to see that everything runs, not to be believed
  --noise           put the reference on both sides: how far this machine strays from 1
  --help            this text
`;

/** Parses the command line. @throws {TypeError | RangeError} with a one-line message. */
export function parseBenchArguments(args: string[]): BenchArguments {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: String(fewestRounds) },
      import: { type: "string" },
      quick: { type: "boolean", default: false },
      noise: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < fewestRounds) {
    throw new RangeError(`--rounds must be a whole number from ${fewestRounds} up`);
  }
  return {
    out: values.out,
    only: values.only,
    rounds,
    importFile: values.import,
    isQuick: values.quick,
    isNoise: values.noise,
    isHelp: values.help,
  };
}
