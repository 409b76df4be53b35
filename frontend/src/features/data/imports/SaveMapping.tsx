import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation } from 'urql';

import type { Problem } from '../../../lib/graphql/errors';
import { Refusal } from '../common/Refusal';
import { refusalOf } from '../common/outcome';

import { storedMapping } from './mapping';
import type { Mapping } from './mapping';
import { SaveImportMappingMutation } from './queries';

interface Props {
  layer: string;
  mapping: Mapping;
  options: Record<string, string>;
  onSaved: () => void;
}

/** Keep the mapping under a name, for the next file of this kind. */
export function SaveMapping({ layer, mapping, options, onSaved }: Props) {
  const [{ fetching }, save] = useMutation(SaveImportMappingMutation);
  const [name, setName] = useState('');
  const [saved, setSaved] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = async (): Promise<void> => {
    const result = await save({ input: { name: name.trim(), layer, mapping: storedMapping(mapping), options } });
    const refusal = refusalOf(result, result.data?.saveImportMapping);
    setProblem(refusal);
    setSaved(refusal === null ? name.trim() : null);
    if (refusal === null) onSaved();
  };
  return (
    <>
      <Box
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
        sx={{ display: 'flex', gap: 1, alignItems: 'center', my: 1 }}
      >
        <TextField label="Keep this mapping as" value={name} onChange={(event) => setName(event.target.value)} sx={{ width: 260 }} />
        <Button type="submit" variant="outlined" disabled={fetching || name.trim() === ''}>
          Keep
        </Button>
        <Typography variant="caption" color="textSecondary" role="status">
          {saved !== null && `Kept as ${saved}.`}
        </Typography>
      </Box>
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </>
  );
}
