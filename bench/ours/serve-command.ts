import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const program = path.resolve(import.meta.dirname, "../../packages/cli/src/main.ts");

/** A server that was started for one measurement. */
export type StartedServer = { origin: string; stop(): Promise<void> };

/** Starts `tenantry serve` on a file as a user would, and reads its address from its output. */
export async function startServeCommand(file: string): Promise<StartedServer> {
  const server = spawn(process.execPath, [program, "serve", "--json"], {
    cwd: path.dirname(file),
    env: {
      ...process.env,
      NODE_ENV: "production",
      DATABASE_URL: `sqlite:${file}`,
      HOST: "127.0.0.1",
      PORT: "0",
      TENANTRY_LOG_LEVEL: "silent",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { address } = JSON.parse(await readAnswer(server));
  return {
    origin: String(address),
    async stop() {
      // It is allowed to end by itself, because it then stores compiled code for the next start.
      server.kill("SIGTERM");
      await once(server, "exit");
    },
  };
}

/** Reads the output up to the end of the first JSON document. */
async function readAnswer(server: ChildProcess): Promise<string> {
  let text = "";
  for await (const part of server.stdout ?? []) {
    text += part;
    if (text.trimEnd().endsWith("}")) return text;
  }
  throw new Error(`tenantry serve ended before it listened: ${text}`);
}
