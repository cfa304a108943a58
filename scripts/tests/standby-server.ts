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

/** A real primary with a real standby that follows it. */
export interface OwnPair {
  readonly primary: Pick<OwnPostgres, "url">;
  readonly standby: Pick<OwnPostgres, "url" | "start" | "stop">;
  /**
   * Fails over: the standby becomes the primary and lacks what is done in `unseen`. The old primary becomes a standby on the
   * old timeline. Both keep their addresses.
   */
  failOver(unseen: () => Promise<void>): Promise<void>;
  /** Stops both and removes their files. */
  remove(): Promise<void>;
}

/**
 * The standby begins with a copy of the primary's directory from before the primary's first start, and follows its log from
 * there. That needs no backup tool.
 */
export async function startPair(): Promise<OwnPair> {
  const directory = makeServerDirectory();
  const primary = await embedPostgres(join(directory, "primary"), ["wal_keep_size=1GB"]);
  const copy = join(directory, "standby");
  await primary.initialise();
  // `cp` keeps the owner of the files, which Node's own copy does not.
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
