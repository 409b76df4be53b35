import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';

import { humanize } from '../../lib/format';
import { TargetIcon } from '../../ui/icons';

import { CLASSES, SCOPE_KINDS } from './address';
import type { Group } from './address';
import type { TabProps } from './context';
import { scopeOfAsset } from './scope';

interface Keyed {
  key?: string | null;
  name?: string | null;
}

/** A group in words; null: what has none on record. */
export function groupName(by: Group, { key, name }: Keyed): string {
  if (key == null) return by === 'CITY' ? 'no customer’s city on record' : 'not on record';
  return name ?? (by === 'CUSTOMER_CLASS' ? humanize(key) : key);
}

/** The name of a group, which leads into it, and to the map where it has a place there. */
export function GroupName({ by, group, enter, change, showOnMap }: { by: Group; group: Keyed } & Pick<TabProps, 'enter' | 'change' | 'showOnMap'>) {
  const name = groupName(by, group);
  const { key } = group;
  const kind = SCOPE_KINDS.find((each) => each === by);
  const customerClass = CLASSES.find((each) => by === 'CUSTOMER_CLASS' && each === key);
  const open =
    key != null && kind !== undefined
      ? () => enter({ kind, id: key })
      : customerClass === undefined
        ? null
        : () => change({ customerClass, by: null });
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.25 }}>
      {open === null ? (
        name
      ) : (
        <Button variant="text" onClick={open} title={key ?? undefined} sx={{ p: 0, minWidth: 0, fontWeight: 400, textAlign: 'left', lineHeight: 1.5 }}>
          {name}
        </Button>
      )}
      {key != null && scopeOfAsset(key) !== null && <MapButton assetId={key} name={name} showOnMap={showOnMap} />}
    </Box>
  );
}

export function MapButton({ assetId, name, showOnMap }: { assetId: string; name: string } & Pick<TabProps, 'showOnMap'>) {
  return (
    <Tooltip title="Show on the map">
      <IconButton aria-label={`Show ${name} on the map`} onClick={() => showOnMap(assetId)} sx={{ p: 0.25 }}>
        <TargetIcon sx={{ fontSize: 15, color: 'text.secondary' }} />
      </IconButton>
    </Tooltip>
  );
}
