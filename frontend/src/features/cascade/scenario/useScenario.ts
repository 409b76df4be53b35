import { useCallback } from 'react';
import { useClient } from 'urql';

import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { chooseScenario } from '../draft';

import { isDocument } from './document';
import { ScenarioQuery } from './queries';

/** Opens the newest version of a scenario in the form; what went wrong, or null. */
export function useOpenScenario(): (scenarioId: string) => Promise<Problem | null> {
  const client = useClient();
  return useCallback(
    async (scenarioId: string) => {
      const { data, error } = await client.query(ScenarioQuery, { id: scenarioId }, { requestPolicy: 'network-only' }).toPromise();
      if (error !== undefined) return problemOf(error);
      const scenario = data?.scenario;
      const newest = scenario?.versions[0];
      if (scenario == null || newest === undefined) {
        return { code: 'NOT_FOUND', message: 'The scenario is no longer there.', field: null };
      }
      chooseScenario({
        scenarioId: scenario.scenarioId,
        name: scenario.name,
        version: newest.number,
        document: isDocument(newest.spec) ? newest.spec : {},
      });
      return null;
    },
    [client],
  );
}

