import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import {
  embedPostgres,
  makeServerDirectory,
  type OwnPostgres,
  password,
} from "./postgres-server.ts";

/** A primary with a standby that follows it, both real. */
export interface OwnPair {
  readonly primary: Pick<OwnPostgres, "url">;
  readonly standby: Pick<OwnPostgres, "url" | "start" | "stop">;
  /**
   * The standby becomes the primary, and lacks what is done `unseen`; the old primary is a standby of the history that has ended there. Their
   * addresses stay.
   */
  failOver(unseen: () => Promise<void>): Promise<void>;
  /** Stops both and takes their files away. */
  remove(): Promise<void>;
}

/**
 * The standby begins with a copy of the primary's directory that was made before the primary first ran, and follows its log from there:
 * that needs no tool for backups.
 */
export async function startPair(): Promise<OwnPair> {
  const directory = makeServerDirectory();
  const primary = await embedPostgres(join(directory, "primary"), ["wal_keep_size=1GB"]);
  const copy = join(directory, "standby");
  await primary.initialise();
  // With its owner, whom the copy of Node's own would not keep.
  execFileSync("cp", ["-a", join(directory, "primary"), copy]);
  writeFileSync(join(copy, "standby.signal"), "");
  appendFileSync(
    join(copy, "postgresql.auto.conf"),
    `primary_conninfo = 'host=localhost port=${primary.port} user=postgres password=${password}'\n`,
  );
  await primary.start();
  const follower = await embedPostgres(copy, ["hot_standby_feedback=on"]);
  const standby = {
    url: follower.url,
    async start() {
      const isReady = follower.logged("ready to accept read-only connections");
      await Promise.race([isReady, follower.start()]);
    },
    stop: follower.stop,
  };
  await standby.start();
  return {
    primary,
    standby,
    async failOver(unseen) {
      await standby.stop();
      await unseen();
      await primary.stop();
      await standby.start();
      const promoted = new Client(follower.url);
      await promoted.connect();
      await promoted.query("SELECT pg_promote()");
      await promoted.end();
      writeFileSync(join(directory, "primary", "standby.signal"), "");
      const isReady = primary.logged("ready to accept read-only connections");
      await Promise.race([isReady, primary.start()]);
    },
    async remove() {
      await standby.stop();
      await primary.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
