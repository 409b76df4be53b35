import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { graphql } from '../../gql/graphql';
import { usePreferences } from '../../lib/preferences';
import { formatArea } from '../../lib/units';
import type { Site } from '../site';

const TerritoryQuery = graphql(`
  query Territory {
    serviceTerritory {
      areaKm2
      circuitCount
    }
  }
`);

/** The name of the territory, and how much ground its circuits serve, where that is known. */
export function Territory({ site, maySeeArea }: { site: Site | null; maySeeArea: boolean }) {
  const [{ data }] = useQuery({ query: TerritoryQuery, pause: !maySeeArea });
  const { units } = usePreferences();
  const areaKm2 = data?.serviceTerritory.areaKm2;
  return (
    <Typography variant="caption" component="div" color="textSecondary" noWrap sx={{ lineHeight: 1.2, maxWidth: 180 }}>
      <span data-testid="territory">{site?.territoryName ?? ''}</span>
      {areaKm2 != null && (
        <span data-testid="territory-area" title="Ground that the circuits serve, computed from their service areas">
          {' · '}
          {formatArea(areaKm2 * 1e6, units)}
        </span>
      )}
    </Typography>
  );
}
