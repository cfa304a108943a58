import { DomainError } from "@tenantry/core";
import { type RunningServer, startServer } from "@tenantry/server";
import { type GlobalOptions, settingsOf } from "../global-options.ts";
import { createOutput } from "../terminal-output.ts";

export interface ServeOptions extends GlobalOptions {
  readonly port?: string;
  readonly host?: string;
}

/** `tenantry serve`: runs until it is told to stop. Prints the address; the log goes to standard error. */
export async function runServe(options: ServeOptions): Promise<void> {
  if (options.port !== undefined) process.env.PORT = options.port;
  if (options.host !== undefined) process.env.HOST = options.host;
  const settings = settingsOf(options);
  const stop = waitForSignal();
  const server = await startServer(settings, { logDescriptor: 2 }).catch((error: unknown) => {
    throw explain(error, settings.port);
  });
  const { address, newOperatorKey } = server;
  const document = { address, pid: process.pid, operator_key: newOperatorKey ?? null };
  await createOutput(options.json === true).answer(document, () => announce(server));
  await stop;
  await server.close();
}

/** Resolves with the first signal. A second one ends the program immediately. */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function announce({ address, newOperatorKey }: RunningServer): string {
  const lines = [`Tenantry listens on ${address}`, `Its reference is at ${address}/docs`];
  if (newOperatorKey !== undefined) {
    lines.push(
      "",
      `The operator key is ${newOperatorKey}`,
      "It is shown only once and allows everything; keep it like a password. Use it like this:",
      `  curl -H "Authorization: Bearer ${newOperatorKey}" ${address}/api/v1/organizations`,
      "tenantry operator-key makes another one, should it be lost.",
    );
  }
  return lines.join("\n");
}

function explain(error: unknown, port: number): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return cannotListen(`Port ${port} is in use; end what listens there, or set PORT`, error);
    case "EACCES":
      return cannotListen(`Port ${port} needs more rights; set PORT to one above 1023`, error);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return cannotListen(
        "HOST is not an address of this machine; set it to localhost or 0.0.0.0",
        error,
      );
    default:
      return error;
  }
}

function cannotListen(message: string, cause: unknown): DomainError {
  return new DomainError("invalid_setting", message, { cause });
}
