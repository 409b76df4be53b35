import { initGraphQLTada } from 'gql.tada';

import type { introspection } from './graphql-env.d.ts';

/** `graphql(...)` documents typed from the server's schema; `npm run schema` regenerates `graphql-env.d.ts`. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    DateTime: string;
    Date: string;
    JSONObject: Record<string, unknown>;
    GeoJSON: unknown;
  };
}>();

export { readFragment } from 'gql.tada';
export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
