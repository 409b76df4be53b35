import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';

interface Props<T extends string> {
  label: string;
  value: T | null;
  options: readonly { value: T; label: string; isDisabled?: boolean; why?: string }[];
  onChange: (value: T) => void;
}

/** One of a few, all in sight. */
export function Choice<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={value}
      aria-label={label}
      onChange={(_event, next: T | null) => {
        if (next !== null) onChange(next);
      }}
      sx={{ flexWrap: 'wrap', '& .MuiToggleButton-root': { py: 0.125, px: 1, textTransform: 'none' } }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} value={option.value} disabled={option.isDisabled === true} title={option.why}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
