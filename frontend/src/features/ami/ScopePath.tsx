import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { MapButton } from './GroupName';
import type { Scope } from './address';
import type { Place } from './lineage';
import { scopeOfAsset } from './scope';
import { GROUP_WORDS } from './words';

interface Props {
  places: readonly Place[];
  onEnter: (scope: Scope | null) => void;
  showOnMap: (assetId: string) => void;
}

/** From all meters down to those that are shown; each step leads back. */
export function ScopePath({ places, onEnter, showOnMap }: Props) {
  const last = places.at(-1);
  return (
    <Box component="nav" aria-label="Whose meters" sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', minHeight: 30 }} data-testid="ami-path">
      <Box component="ol" sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', listStyle: 'none', m: 0, p: 0, columnGap: 0.75 }}>
        <Step name="All meters" kind={null} isLast={last === undefined} onEnter={() => onEnter(null)} />
        {places.map((place) => (
          <Step
            key={place.kind}
            name={place.name}
            kind={GROUP_WORDS[place.kind]}
            isLast={place === last}
            onEnter={() => onEnter({ kind: place.kind, id: place.id })}
          />
        ))}
      </Box>
      {last !== undefined && scopeOfAsset(last.id) !== null && <MapButton assetId={last.id} name={last.name} showOnMap={showOnMap} />}
    </Box>
  );
}

function Step({ name, kind, isLast, onEnter }: { name: string; kind: string | null; isLast: boolean; onEnter: () => void }) {
  return (
    <Box component="li" sx={{ display: 'inline-flex', alignItems: 'baseline', gap: 0.75 }}>
      {kind !== null && (
        <Typography variant="caption" component="span" sx={{ color: 'text.secondary' }}>
          <span aria-hidden>› </span>
          {kind.toLowerCase()}
        </Typography>
      )}
      {isLast ? (
        <Typography variant="h2" component="span" aria-current="location">
          {name}
        </Typography>
      ) : (
        <Button variant="text" onClick={onEnter} sx={{ p: 0, minWidth: 0 }}>
          {name}
        </Button>
      )}
    </Box>
  );
}
