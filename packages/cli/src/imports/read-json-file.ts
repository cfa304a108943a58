import { createReadStream, statSync } from "node:fs";
import { DomainError } from "@tenantry/core";

/** A larger file does not fit into one string in memory. An export of a hundred thousand memberships has about 50 MiB. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Reads a JSON file, or standard input for `-`.
 *
 * @throws {DomainError} `invalid_import`, saying in one line what is wrong with the file and what to do.
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const name = path === "-" ? "Standard input" : path;
  return parseJson(decode(await readBytes(path, name), name), name);
}

async function readBytes(path: string, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (path !== "-" && statSync(path).isDirectory()) {
      throw refused(`${name} is a directory; name a JSON file in it`);
    }
    for await (const chunk of path === "-" ? process.stdin : createReadStream(path)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > mostBytes) {
        throw refused(
          `${name} is larger than ${mostBytes / 1024 / 1024} MiB; import it in several files, by organization`,
        );
      }
    }
  } catch (error) {
    throw error instanceof DomainError ? error : refused(describe(error, name), error);
  }
  return Buffer.concat(chunks);
}

function describe(error: unknown, name: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return `${name} is not there; name the JSON file to import`;
    case "EACCES":
    case "EPERM":
      return `${name} cannot be read; give yourself the right to read it`;
    case "ENOTDIR":
      return `${name} leads through a file that is no directory; correct the path`;
    default:
      return `${name} cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw refused(`${name} is not text in UTF-8, so it is no JSON file; name another one`, error);
  }
}

function parseJson(text: string, name: string): unknown {
  if (text.trim() === "")
    throw refused(`${name} is empty; name a JSON file with organizations in it`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = placeOf(text);
    throw refused(`${name} is not JSON: ${place}; correct it or name another file`, error);
  }
}

/** Where the text stops being JSON. The engine's own message quotes the file, whose content should not be in a log. */
function placeOf(text: string): string {
  if (!isBroken(text)) return "it ends too early";
  let fine = 0;
  for (let broken = text.length; broken - fine > 1; ) {
    const middle = (fine + broken) >> 1;
    if (isBroken(text.slice(0, middle))) broken = middle;
    else fine = middle;
  }
  const before = text.slice(0, fine);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  return `line ${line}, column ${column} is not what JSON has there`;
}

/**
 * True if no continuation of the text could be JSON. The engine does not always report a position, but does tell
 * whether it reached the end.
 */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return !message.includes("end of JSON input") && position !== String(text.length);
  }
}

function refused(message: string, cause?: unknown): DomainError {
  return new DomainError("invalid_import", message, cause === undefined ? {} : { cause });
}
