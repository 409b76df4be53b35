import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { humanize } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';
import { Fold } from '../../../ui/Fold';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Refusal } from '../common/Refusal';
import { refusalOf } from '../common/outcome';
import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';

import { FileChoice } from './FileChoice';
import { MappingEditor } from './MappingEditor';
import { PreviewView } from './PreviewView';
import { SaveMapping } from './SaveMapping';
import { IMPORT_LAYERS } from './layers';
import { parseMapping, storedMapping } from './mapping';
import type { Mapping } from './mapping';
import { ImportChoicesQuery, PreviewImportMutation, StartImportMutation } from './queries';
import type { ImportPreview, StoredMapping } from './queries';

const OPTIONS = [
  { name: 'crs', label: 'Reference system', placeholder: 'as the file states, or EPSG:2278' },
  { name: 'encoding', label: 'Encoding of a CSV', placeholder: 'utf-8' },
  { name: 'delimiter', label: 'Delimiter of a CSV', placeholder: 'found by itself' },
  { name: 'layer', label: 'Layer of a GeoPackage', placeholder: 'the only one' },
] as const;

type Mode = 'MERGE' | 'REPLACE';

interface Props {
  account: Account;
  onStarted: (importId: string) => void;
  timeZone: string | undefined;
}

/** File, layer and mapping; a dry run; and the start of the import. */
export function ImportForm({ account, onStarted, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ImportChoicesQuery, requestPolicy: 'cache-and-network' });
  const [{ fetching: isLooking }, preview] = useMutation(PreviewImportMutation);
  const [{ fetching: isStarting }, start] = useMutation(StartImportMutation);
  const [file, setFile] = useState('');
  const [layer, setLayer] = useState('');
  const [mode, setMode] = useState<Mode>('MERGE');
  const [options, setOptions] = useState<Record<string, string>>({});
  const [mapping, setMapping] = useState<Mapping | null>(null);
  const [shown, setShown] = useState<ImportPreview | null>(null);
  const [isOld, setOld] = useState(false);
  const [isAgain, setAgain] = useState(false);
  const [isForced, setForced] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  if (data === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The received files could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    }
    return <LoadingState label="Loading the received files" minHeight={120} />;
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
  const mappings = data.importMappings.filter((each) => each.layer === layer);

  /** A choice that another mapping may suit. */
  const begin = (change: () => void): void => {
    change();
    setMapping(null);
    setShown(null);
    setProblem(null);
  };
  const look = async (by: Mapping | null, asked: Record<string, string>): Promise<void> => {
    const result = await preview({
      input: { file, layer, mode, options: asked, mapping: by === null ? null : storedMapping(by) },
    });
    const payload = result.data?.previewImport;
    setProblem(refusalOf(result, payload));
    if (payload?.__typename !== 'ImportPreview') return;
    setShown(payload);
    setOld(false);
    setMapping(by ?? parseMapping(payload.mapping));
  };
  const applyStored = (stored: StoredMapping): void => {
    const asked = Object.fromEntries(Object.entries(stored.options).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    setOptions(asked);
    void look(parseMapping(stored.mapping), asked);
  };
  const go = async (): Promise<void> => {
    if (mapping === null) return;
    const result = await start({
      input: { file, layer, mode, options: given, mapping: storedMapping(mapping), again: isAgain, force: isForced },
    });
    const payload = result.data?.startImport;
    setProblem(refusalOf(result, payload));
    if (payload?.__typename === 'FileImport') onStarted(payload.id);
  };

  return (
    <Box data-testid="import-form">
      <FileChoice
        file={file}
        files={data.importFiles}
        inbox={data.importInbox}
        onChoose={(chosen) => begin(() => setFile(chosen))}
        onReceived={(digest) => {
          begin(() => setFile(digest));
          refetch({ requestPolicy: 'network-only' });
        }}
        timeZone={timeZone}
      />
      <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap', mt: 1.5 }}>
        <TextField
          select
          label="Into the layer"
          value={layer}
          onChange={(event) => begin(() => setLayer(event.target.value))}
          slotProps={{ htmlInput: { 'data-testid': 'import-layer' } }}
          sx={{ width: 180 }}
        >
          {IMPORT_LAYERS.map((key) => (
            <MenuItem key={key} value={key}>
              {humanize(key)}
            </MenuItem>
          ))}
        </TextField>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={mode}
          aria-label="What happens to rows that are there"
          onChange={(_event, next: Mode | null) => {
            if (next === null) return;
            setMode(next);
            setOld(true);
          }}
          sx={{ '& .MuiToggleButton-root': { textTransform: 'none', py: 0.5 } }}
        >
          <ToggleButton value="MERGE">Merge by key</ToggleButton>
          <ToggleButton value="REPLACE">Replace all rows</ToggleButton>
        </ToggleButtonGroup>
        {mappings.length > 0 && (
          <TextField select label="Stored mapping" value="" sx={{ width: 200 }} disabled={file === ''}>
            {mappings.map((each) => (
              <MenuItem key={each.name} value={each.name} onClick={() => applyStored(each)}>
                {each.name}
              </MenuItem>
            ))}
          </TextField>
        )}
        <Button variant="outlined" disabled={file === '' || layer === '' || isLooking} onClick={() => void look(mapping, given)} data-testid="import-preview">
          {shown === null ? 'Look at the file' : 'Look again'}
        </Button>
      </Box>
      <Fold summary="How the file is read" testId="import-options">
        <Box sx={{ display: 'flex', gap: 1.5, flexWrap: 'wrap', pt: 1 }}>
          {OPTIONS.map(({ name, label, placeholder }) => (
            <TextField
              key={name}
              label={label}
              placeholder={placeholder}
              value={options[name] ?? ''}
              onChange={(event) => {
                setOptions({ ...options, [name]: event.target.value });
                setOld(true);
              }}
              slotProps={{ inputLabel: { shrink: true } }}
              sx={{ width: 230 }}
            />
          ))}
        </Box>
      </Fold>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
      {shown !== null && mapping !== null && (
        <Box sx={{ mt: 1 }}>
          <MappingEditor
            mapping={mapping}
            columns={shown.columns}
            onChange={(next) => {
              setMapping(next);
              setOld(true);
            }}
          />
          {maySee(account, 'grid.change_importmapping') && (
            <SaveMapping layer={layer} mapping={mapping} options={given} onSaved={() => refetch({ requestPolicy: 'network-only' })} />
          )}
          <PreviewView preview={shown} isOld={isOld} />
          <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap', mt: 1 }}>
            <Button
              variant="contained"
              disabled={isStarting || isOld || shown.problem !== null}
              onClick={() => void go()}
              data-testid="import-start"
            >
              Start the import
            </Button>
            <Choice label="Even if the same import was made before" isChosen={isAgain} onChange={setAgain} />
            {mode === 'REPLACE' && <Choice label="Even if most rows are taken away" isChosen={isForced} onChange={setForced} />}
            {isOld && (
              <Typography variant="caption" color="textSecondary">
                Look again before you start: the mapping has changed since.
              </Typography>
            )}
          </Box>
        </Box>
      )}
    </Box>
  );
}

function Choice({ label, isChosen, onChange }: { label: string; isChosen: boolean; onChange: (isChosen: boolean) => void }) {
  return (
    <FormControlLabel
      control={<Checkbox size="small" checked={isChosen} onChange={(_event, next) => onChange(next)} />}
      label={label}
      slotProps={{ typography: { variant: 'caption' } }}
    />
  );
}
