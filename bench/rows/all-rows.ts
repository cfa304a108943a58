import type { Row } from "../harness/row.ts";
import { httpCheckRows } from "./http-check.ts";
import { jsonDirectoryRows } from "./json-directory.ts";
import { libraryCreationRows } from "./library-creations.ts";
import { libraryReadRows } from "./library-reads.ts";
import { peerInProcessRows } from "./peer-in-process.ts";
import { peerOverHttpRows } from "./peer-over-http.ts";
import { postgresRows } from "./postgres.ts";
import { postgresCreationRows } from "./postgres-creation.ts";
import { postgresScaleRows } from "./postgres-scale.ts";
import { redisRows } from "./redis.ts";
import { revocationRows } from "./revocation.ts";
import { serverRows } from "./server.ts";

/** The table, from top to bottom. */
export const allRows: Row[] = [
  ...libraryReadRows,
  ...libraryCreationRows,
  ...jsonDirectoryRows,
  ...httpCheckRows,
  ...peerOverHttpRows,
  ...peerInProcessRows,
  ...postgresRows,
  ...postgresCreationRows,
  ...postgresScaleRows,
  ...redisRows,
  ...revocationRows,
  ...serverRows,
];
