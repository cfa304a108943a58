import type { Operation, OperationId, Operations, PathParameters } from "@tenantry/contract";
import type { Awaitable, Context, JsonPage, Page } from "@tenantry/core";
import type { z } from "zod";
import type { ServerParts } from "../server-parts.ts";

/** The input of a handler: everything is parsed, and the caller is known. */
export interface Call<O extends Operation> {
  readonly server: ServerParts;
  readonly ctx: Context;
  /** The parameters of the path. Ids in them are looked up and never parsed. */
  readonly params: PathParameters<O["path"]>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  /** The client's address. */
  readonly address: string;
}

type QueryOf<O extends Operation> = O extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : unknown;
type BodyOf<O extends Operation> = O extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : unknown;

/** The result of a handler: the body that the contract defines. A list may be given as JSON text. */
type Answer<Schema extends z.ZodType> =
  z.output<Schema> extends {
    readonly items: readonly (infer Item)[];
  }
    ? JsonPage | Page<Item>
    : z.output<Schema>;

/**
 * Handles one operation: calls one use case and returns its result. Status, ETag, Location and body follow from the
 * contract, so that a replay under an idempotency key looks like the first answer.
 */
export type Handler<O extends Operation> = (
  call: Call<O>,
) => O["answer"] extends z.ZodType ? Awaitable<Answer<O["answer"]>> : Promise<void>;

/** A handler for every operation of the contract; one without a handler does not compile. */
export type Routes = { readonly [Id in OperationId]: Handler<Operations[Id]> };
