import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import type { SubmitEvent } from 'react';
import { useMutation, useQuery } from 'urql';

import { plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { CloseIcon } from '../../../ui/icons';
import { Refusal } from '../common/Refusal';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';

import { areaOf, filtersOf, FORMATS, RELATIONS } from './conditions';
import type { Draft, ExportFormat, Relation } from './conditions';
import { ExportLayersQuery, StartExportMutation } from './queries';
import type { ExportLayer } from './queries';

const MOST_CONDITIONS = 20;

/** Which rows of which layer go into which file. */
export function ExportForm({ account, onStarted }: { account: Account; onStarted: () => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ExportLayersQuery });
  const [{ fetching: isStarting }, start] = useMutation(StartExportMutation);
  const [layerKey, setLayer] = useState('');
  const [format, setFormat] = useState<ExportFormat>('GEOJSON');
  const [areaText, setArea] = useState('');
  const [drafts, setDrafts] = useState<readonly Draft[]>([]);
  const [isPersonal, setPersonal] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (data === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The layers could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    }
    return <LoadingState label="Loading the layers" />;
  }
  const layers = data.mapLayers.filter((layer) => maySee(account, layer.permission));
  const layer = layers.find((each) => each.key === layerKey);
  const area = areaOf(areaText);

  const go = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const result = await start({
      input: {
        layer: layerKey,
        format,
        area: area.bbox === null ? null : { bbox: area.bbox },
        filters: filtersOf(drafts),
        withPersonal: isPersonal,
      },
    });
    const refusal = refusalOf(result, result.data?.startExport);
    setProblem(refusal);
    if (refusal === null) onStarted();
  };

  return (
    <Box component="form" onSubmit={(event) => void go(event)} data-testid="export-form">
      <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'flex-start', flexWrap: 'wrap', pt: 0.5 }}>
        <TextField
          select
          label="Layer"
          value={layerKey}
          onChange={(event) => {
            setLayer(event.target.value);
            setDrafts([]);
          }}
          helperText={layer === undefined ? ' ' : layer.rowCount === null ? 'rows not known' : `${plural(layer.rowCount, 'row')} in the cache`}
          slotProps={{ htmlInput: { 'data-testid': 'export-layer' } }}
          sx={{ width: 220 }}
        >
          {layers.map((each) => (
            <MenuItem key={each.key} value={each.key}>
              {each.title}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label="Format"
          value={format}
          onChange={(event) => setFormat(event.target.value as ExportFormat)}
          slotProps={{ htmlInput: { 'data-testid': 'export-format' } }}
          sx={{ width: 160 }}
        >
          {FORMATS.map(([key, label]) => (
            <MenuItem key={key} value={key}>
              {label}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          label="Area: west, south, east, north"
          placeholder="everywhere"
          value={areaText}
          onChange={(event) => setArea(event.target.value)}
          error={area.fault !== null}
          helperText={area.fault ?? 'degrees, WGS 84'}
          slotProps={{ inputLabel: { shrink: true } }}
          sx={{ width: 290 }}
        />
        {maySee(account, 'grid.view_customer_pii') && (
          <FormControlLabel
            control={<Checkbox size="small" checked={isPersonal} onChange={(_event, next) => setPersonal(next)} />}
            label="Name people in full; each download is on record"
            slotProps={{ typography: { variant: 'caption' } }}
          />
        )}
      </Box>
      {layer !== undefined && <Conditions layer={layer} drafts={drafts} onChange={setDrafts} />}
      <Refusal problem={problem} onClose={() => setProblem(null)} />
      <Button type="submit" variant="contained" disabled={isStarting || layer === undefined || area.fault !== null} data-testid="export-start">
        Start the export
      </Button>
    </Box>
  );
}

interface ConditionsProps {
  layer: ExportLayer;
  drafts: readonly Draft[];
  onChange: (drafts: readonly Draft[]) => void;
}

/** Conditions on attributes; all must hold. */
function Conditions({ layer, drafts, onChange }: ConditionsProps) {
  const listId = useId();
  const change = (place: number, part: Partial<Draft>): void => onChange(drafts.map((draft, at) => (at === place ? { ...draft, ...part } : draft)));
  return (
    <Box sx={{ mb: 1 }}>
      <datalist id={listId}>
        {layer.attributes
          .filter((attribute) => !attribute.isOfAggregates)
          .map((attribute) => (
            <option key={attribute.name} value={attribute.name}>
              {attribute.title}
              {attribute.unit === null ? '' : `, ${attribute.unit}`}
            </option>
          ))}
      </datalist>
      {drafts.map((draft, place) => (
        <Box key={place} sx={{ display: 'flex', gap: 1, mb: 0.75, alignItems: 'center' }} role="group" aria-label={`Condition ${place + 1}`}>
          <TextField
            label="Attribute"
            value={draft.attribute}
            onChange={(event) => change(place, { attribute: event.target.value })}
            slotProps={{ htmlInput: { list: listId } }}
            sx={{ width: 220 }}
          />
          <TextField select label="Relation" value={draft.relation} onChange={(event) => change(place, { relation: event.target.value as Relation })} sx={{ width: 150 }}>
            {RELATIONS.map(([key, label]) => (
              <MenuItem key={key} value={key}>
                {label}
              </MenuItem>
            ))}
          </TextField>
          {draft.relation !== 'IS_KNOWN' && draft.relation !== 'IS_UNKNOWN' && (
            <TextField
              label={draft.relation === 'IN' ? 'Values, by commas' : 'Value'}
              value={draft.values}
              onChange={(event) => change(place, { values: event.target.value })}
              sx={{ width: 220 }}
            />
          )}
          <IconButton aria-label={`Remove condition ${place + 1}`} onClick={() => onChange(drafts.filter((_draft, at) => at !== place))}>
            <CloseIcon fontSize="small" />
          </IconButton>
        </Box>
      ))}
      {drafts.length < MOST_CONDITIONS && (
        <Button onClick={() => onChange([...drafts, { attribute: '', relation: 'IN', values: '' }])}>Add a condition</Button>
      )}
      {drafts.length === 0 && (
        <Typography variant="caption" color="textSecondary">
          All rows that you may see.
        </Typography>
      )}
    </Box>
  );
}
