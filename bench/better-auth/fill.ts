import type { DatabaseSync } from "node:sqlite";
import type { Dataset } from "../dataset/dataset.ts";

/** Writes the data of the run as Better Auth itself would: times as ISO text. */
export function fillBetterAuth(database: DatabaseSync, dataset: Dataset): void {
  database.exec("BEGIN");
  fillUsers(database, dataset);
  fillOrganizations(database, dataset);
  fillMembers(database, dataset);
  database.exec("COMMIT");
  database.exec("ANALYZE");
}

function fillUsers(database: DatabaseSync, dataset: Dataset): void {
  const insert = database.prepare(
    'INSERT INTO user (id, name, email, "emailVerified", "createdAt", "updatedAt") VALUES (?, ?, ?, 1, ?, ?)',
  );
  for (const user of dataset.users) {
    const at = new Date(user.createdAtMs).toISOString();
    insert.run(user.id, user.name, user.email, at, at);
  }
}

function fillOrganizations(database: DatabaseSync, dataset: Dataset): void {
  const insert = database.prepare(
    'INSERT INTO organization (id, name, slug, "createdAt", metadata) VALUES (?, ?, ?, ?, ?)',
  );
  for (const organization of dataset.organizations) {
    const metadata = JSON.stringify({
      domain: organization.domain,
      billingEmail: organization.billingEmail,
    });
    const at = new Date(organization.createdAtMs).toISOString();
    insert.run(organization.id, organization.name, organization.slug, at, metadata);
  }
}

function fillMembers(database: DatabaseSync, dataset: Dataset): void {
  const insert = database.prepare(
    'INSERT INTO member (id, "organizationId", "userId", role, "createdAt") VALUES (?, ?, ?, ?, ?)',
  );
  for (const membership of dataset.memberships) {
    insert.run(
      membership.id,
      dataset.organizations[membership.organization]?.id ?? "",
      dataset.users[membership.user]?.id ?? "",
      membership.role,
      new Date(membership.createdAtMs).toISOString(),
    );
  }
}
