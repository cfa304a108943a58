import { InvalidArgumentError, Option } from "commander";

/** The option to read a list in parts. */
export function limitOption(): Option {
  return new Option("--limit <count>", "at most so many; everything without it").argParser(
    parseCount,
  );
}

export function cursorOption(): Option {
  return new Option("--cursor <cursor>", "go on where an earlier part ended");
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number above 0");
}
