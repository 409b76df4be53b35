import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorLine, LoadingState } from '../../ui/StateMessage';
import { ChevronDownIcon } from '../../ui/icons';

import { dragCrew } from './drag';
import { OutageListQuery } from './queries';
import type { CrewOnBoard, Outage } from './queries';
import type { Crews } from './useCrews';
import { crewColour } from './words';

/** Outages offered in a crew's menu: those without one, most customers first. */
const OFFERED = 12;

interface Props {
  crews: Crews;
  /** Null: the account assigns none. */
  onAssign: ((outage: Outage, crewId: string) => void) | null;
  /** Null: the account changes no shifts. */
  onShift: ((crew: CrewOnBoard, isOnShift: boolean) => void) | null;
  onOutage: (assetId: string) => void;
  onLocate: (crew: CrewOnBoard) => void;
}

/** The crews and what they do. One is dragged onto an outage, or sent by its menu. */
export function CrewBoard({ crews, onAssign, onShift, onOutage, onLocate }: Props) {
  const id = useId();
  const onShiftCount = crews.rows.filter((crew) => crew.status !== 'OFF_SHIFT').length;
  return (
    <Box
      component="section"
      aria-labelledby={id}
      data-testid="crew-board"
      // It scrolls by itself, also by the keyboard, and stays in sight: crews are dragged from it to the list above.
      tabIndex={0}
      sx={{
        position: 'sticky',
        bottom: -14,
        zIndex: 1,
        maxHeight: 200,
        overflowY: 'auto',
        bgcolor: 'background.paper',
        borderTop: 1,
        borderColor: 'divider',
        mt: 1.5,
        pt: 0.5,
        pb: 1,
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'baseline', justifyContent: 'space-between' }}>
        <Typography id={id} variant="overline" component="h2" color="textSecondary">
          Crews
        </Typography>
        <Typography variant="caption" color="textSecondary">
          {crews.isLoaded ? `${formatNumber(onShiftCount)} of ${plural(crews.totalCount, 'crew')} on shift` : ''}
        </Typography>
      </Box>
      {!crews.isLoaded &&
        (crews.error === null ? (
          <LoadingState label="Loading the crews" minHeight={64} />
        ) : (
          <ErrorLine title={crews.error} onRetry={crews.refresh} />
        ))}
      {crews.isLoaded && crews.rows.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          No crew is on record.
        </Typography>
      )}
      {onAssign !== null && crews.rows.length > 0 && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.5 }}>
          Drag an available crew onto an outage, or open its menu.
        </Typography>
      )}
      <Box component="ul" aria-label="Crews" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))', gap: 0.75 }}>
        {crews.rows.map((crew) => (
          <CrewCard key={crew.assetId} crew={crew} onAssign={onAssign} onShift={onShift} onOutage={onOutage} onLocate={onLocate} />
        ))}
      </Box>
      {crews.rows.length < crews.totalCount && (
        <Typography variant="caption" color="textSecondary">
          The first {formatNumber(crews.rows.length)} are shown.
        </Typography>
      )}
    </Box>
  );
}

function CrewCard({ crew, onAssign, onShift, onOutage, onLocate }: { crew: CrewOnBoard } & Omit<Props, 'crews'>) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const canBeSent = crew.status === 'AVAILABLE' && onAssign !== null;
  const outage = crew.outages.edges[0]?.node;
  const close = (): void => setAnchor(null);
  const hasPlace = crew.lon != null && crew.lat != null;
  const canChangeShift = onShift !== null && (crew.status === 'AVAILABLE' || crew.status === 'OFF_SHIFT');
  return (
    <Box
      component="li"
      draggable={canBeSent}
      onDragStart={(event) => dragCrew(event, crew.assetId)}
      data-testid={`crew-${crew.assetId}`}
      sx={{
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        px: 1,
        py: 0.5,
        cursor: canBeSent ? 'grab' : 'default',
        borderStyle: crew.status === 'OFF_SHIFT' ? 'dashed' : 'solid',
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.75 }}>
        <Box aria-hidden sx={{ width: 8, height: 8, borderRadius: '50%', flexShrink: 0, bgcolor: crewColour(crew.status) }} />
        <Typography variant="body2" noWrap sx={{ flex: 1, minWidth: 0 }} title={crew.name}>
          {crew.name}
        </Typography>
        {(canBeSent || canChangeShift || hasPlace) && (
          <Button
            aria-label={`What to do with ${crew.name}`}
            aria-haspopup="menu"
            aria-expanded={anchor !== null}
            onClick={(event) => setAnchor(event.currentTarget)}
            sx={{ minWidth: 24, p: 0 }}
          >
            <ChevronDownIcon sx={{ fontSize: 18 }} />
          </Button>
        )}
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        {humanize(crew.status)} · {humanize(crew.kind).toLowerCase()} crew of {formatNumber(crew.memberCount)}
      </Typography>
      {outage !== undefined && (
        <Button onClick={() => onOutage(outage.assetId)} sx={{ p: 0, minWidth: 0, fontSize: '0.75rem' }}>
          {outage.assetId}
        </Button>
      )}
      <Menu anchorEl={anchor} open={anchor !== null} onClose={close} slotProps={{ list: { dense: true, 'aria-label': crew.name } }}>
        {hasPlace && (
          <MenuItem
            onClick={() => {
              close();
              onLocate(crew);
            }}
          >
            Show on the map
          </MenuItem>
        )}
        {canChangeShift && (
          <MenuItem
            onClick={() => {
              close();
              onShift(crew, crew.status === 'OFF_SHIFT');
            }}
          >
            {crew.status === 'OFF_SHIFT' ? 'Begin the shift' : 'End the shift'}
          </MenuItem>
        )}
        {canBeSent && anchor !== null && (
          <Choices
            onChoose={(chosen) => {
              close();
              onAssign(chosen, crew.assetId);
            }}
          />
        )}
      </Menu>
    </Box>
  );
}

/** Outages that wait for a crew. */
function Choices({ onChoose }: { onChoose: (outage: Outage) => void }) {
  const [{ data, error }] = useQuery({
    query: OutageListQuery,
    variables: {
      first: OFFERED,
      filters: { status: { inList: ['PREDICTED', 'CONFIRMED'] } },
      ordering: [{ customersOut: 'DESC' }, { startedAt: 'ASC' }],
    },
    requestPolicy: 'cache-and-network',
  });
  const edges = data?.outages.edges;
  return (
    <>
      <ListSubheader sx={{ lineHeight: 2.2, bgcolor: 'transparent' }}>
        {edges === undefined
          ? error === undefined
            ? 'Loading the outages…'
            : problemOf(error).message
          : edges.length === 0
            ? 'No outage waits for a crew'
            : 'Send to'}
      </ListSubheader>
      {edges?.map(({ node }) => (
        <MenuItem key={node.assetId} onClick={() => onChoose(node)}>
          {node.circuit.name} · {formatNumber(node.customersOut)} out · {node.assetId}
        </MenuItem>
      ))}
    </>
  );
}
