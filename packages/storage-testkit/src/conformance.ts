import { describe, expect, test } from "vitest";
import { describeAccess } from "./access.ts";
import { describeCopies } from "./copies.ts";
import { describeFilters } from "./filters.ts";
import { describeForeignAwaits } from "./foreign-awaits.ts";
import { describeIdentifiers, describeRefusals } from "./identifiers.ts";
import { describeLists } from "./lists.ts";
import { describeMoves } from "./moves.ts";
import { disposingOpen, type OpenSubject } from "./open-subject.ts";
import { describePlacements } from "./placements.ts";
import { describePurges } from "./purges.ts";
import { describeRegisteredOrganizations } from "./registered-organizations.ts";
import { describeReplicatedReads, describeReplicatedReadsOfSeveral } from "./replicated-reads.ts";
import { describeRoundTrips } from "./round-trips.ts";
import { describeSeveralProcesses } from "./several-processes.ts";
import { describeSmallRoundTrips } from "./small-round-trips.ts";
import type { ConformanceSubject } from "./subject.ts";
import { describeTenantIsolation } from "./tenant-isolation.ts";
import { describeTenants } from "./tenants.ts";
import { describeTransactions } from "./transactions.ts";

/**
 * Defines the tests that every storage must pass. A guarantee that a storage cannot give is named in `without` with the
 * reason, and is reported as a skipped test.
 */
export function storageConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} as a storage`, () => {
    const open = disposingOpen(subject);
    describeRoundTrips(open);
    describeSmallRoundTrips(open);
    describeIdentifiers(open);
    describeRefusals(open);
    describeTenantIsolation(open);
    describeLists(open);
    describeFilters(open);
    describeAccess(open);
    describeCopies(open);
    describeTenants(open);
    describePlacements(open);
    describePurges(open);
    describeRegisteredOrganizations(open);
    describeTransactions(open);
    describeForeignAwaits(open);
    describeReplicatedReads(open);
    describeUnless(subject, "several-processes", () => {
      describeSeveralProcesses(open);
      describeReplicatedReadsOfSeveral(open);
    });
    describeUnless(subject, "tenant-moves", () => describeMoves(open));
    describeUnless(subject, "schema-upgrade", () => describeSchema(open));
  });
}

function describeUnless(
  subject: ConformanceSubject,
  guarantee: keyof NonNullable<ConformanceSubject["without"]>,
  define: () => void,
): void {
  const reason = subject.without?.[guarantee];
  if (reason === undefined) define();
  else test.skip(`${guarantee}: ${reason}`, () => undefined);
}

function describeSchema(open: OpenSubject): void {
  test("gives a new storage the very schema that an upgraded one has", async () => {
    const { describeSchemas } = await open();
    if (describeSchemas === undefined) {
      throw new Error(
        "describeSchemas is missing; give it, or leave out schema-upgrade with a reason",
      );
    }
    const { fresh, upgraded } = await describeSchemas();
    expect(upgraded).toBe(fresh);
    expect(fresh).not.toBe("");
  });
}
