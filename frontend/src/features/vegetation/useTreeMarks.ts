import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import type { Client } from 'urql';

import type { ResultOf, VariablesOf } from '../../gql/graphql';
import { changeCount } from '../../lib/changes';
import { useStore } from '../../lib/store';

import type { TreeMarks } from './layers';
import { urgency } from './levels';
import { MarksQuery } from './queries';

/** As many rows as the server gives at once, and pages that are drawn at most. */
const PAGE = 250;
const MOST_PAGES = 8;

type Asked = Pick<VariablesOf<typeof MarksQuery>, 'area' | 'filters'>;

const ORDERING: VariablesOf<typeof MarksQuery>['ordering'] = [{ customerMinutesPerYear: 'DESC_NULLS_LAST' }, { assetId: 'ASC' }];

export interface Marked {
  marks: TreeMarks;
  /** How many there are, also those that are not drawn. */
  totalCount: number;
  isPending: boolean;
  problem: string | null;
}

interface Row {
  assetId: string;
  lon: number;
  lat: number;
  level?: string | null;
}

const NONE: TreeMarks = { ids: [], lon: new Float64Array(), lat: new Float64Array(), level: [] };
const NOTHING: Marked = { marks: NONE, totalCount: 0, isPending: false, problem: null };

/** The least urgent first, so that the worst lie on top. */
export function marksOf(rows: readonly Row[]): TreeMarks {
  const inOrder = rows.toSorted((one, other) => (urgency(one.level) ?? 0) - (urgency(other.level) ?? 0));
  return {
    ids: inOrder.map(({ assetId }) => assetId),
    lon: Float64Array.from(inOrder, ({ lon }) => lon),
    lat: Float64Array.from(inOrder, ({ lat }) => lat),
    level: inOrder.map(({ level }) => level ?? null),
  };
}

type Page = ResultOf<typeof MarksQuery>['vegetationRisk'];

/** A page of trees; null if it could not be had. */
async function pageOf(client: Client, variables: Asked, after: string | null): Promise<Page | null> {
  const { data, error } = await client.query(MarksQuery, { ...variables, ordering: ORDERING, first: PAGE, after }).toPromise();
  return error === undefined ? (data?.vegetationRisk ?? null) : null;
}

/** The trees of an area for the map, the costliest first where there are too many; null: none are wanted. */
export function useTreeMarks(asked: Asked | null): Marked {
  const client = useClient();
  const count = useStore(changeCount);
  const [marked, setMarked] = useState<Marked>(NOTHING);
  const key = asked === null ? null : JSON.stringify(asked);
  useEffect(() => {
    if (key === null) return undefined;
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const variables = JSON.parse(key) as Asked;
      setMarked((before) => ({ ...before, isPending: true, problem: null }));
      const rows: Row[] = [];
      let after: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const found = await pageOf(client, variables, after);
        if (!isCurrent) return;
        if (found === null) {
          setMarked((before) => ({ ...before, isPending: false, problem: 'The trees of the map could not be loaded.' }));
          return;
        }
        rows.push(...found.edges.map(({ node }) => node));
        const isLast = !found.pageInfo.hasNextPage || page + 1 === MOST_PAGES;
        after = found.pageInfo.endCursor ?? null;
        setMarked({ marks: marksOf(rows), totalCount: found.totalCount, isPending: !isLast, problem: null });
        if (isLast) return;
      }
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [client, key, count]);
  return key === null ? NOTHING : marked;
}
