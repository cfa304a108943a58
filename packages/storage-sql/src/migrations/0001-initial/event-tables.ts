import type { SqlDialect } from "../../dialect.ts";

/** Events and history. They have no foreign key to organizations, because they outlive a purge. */
export function eventTables({ ddl }: SqlDialect): readonly string[] {
  const { text, integer } = ddl;
  return [
    `CREATE TABLE events (
      position ${ddl.position},
      tenant_id ${text} NOT NULL,
      chain_id ${text} NOT NULL,
      sequence ${integer} NOT NULL CONSTRAINT events_sequence_positive CHECK (sequence >= 1),
      id ${text} NOT NULL,
      type ${text} NOT NULL,
      entity ${text} NOT NULL,
      entity_id ${text} NOT NULL,
      organization_id ${text},
      actor_type ${text} NOT NULL,
      actor_id ${text},
      occurred_at ${text} NOT NULL,
      data ${text} NOT NULL,
      personal ${text},
      previous_hash ${text} NOT NULL,
      hash ${text} NOT NULL,
      CONSTRAINT events_chain_unique UNIQUE (tenant_id, chain_id, sequence)
    ) ${ddl.table}`,

    `CREATE TABLE history (
      tenant_id ${text} NOT NULL,
      chain_id ${text} NOT NULL,
      entity ${text} NOT NULL,
      entity_id ${text} NOT NULL,
      from_sequence ${integer} NOT NULL,
      from_at ${text} NOT NULL,
      to_sequence ${integer},
      to_at ${text},
      CONSTRAINT history_key PRIMARY KEY (tenant_id, chain_id, entity, entity_id, from_sequence),
      CONSTRAINT history_ends_whole CHECK ((to_sequence IS NULL) = (to_at IS NULL)),
      CONSTRAINT history_ends_later CHECK (to_sequence > from_sequence)
    ) ${ddl.keyedTable}`,
  ];
}
