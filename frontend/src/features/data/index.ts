export { DataNav } from './DataNav';
export { DataSection } from './DataSection';
export type { DataLinks } from './DataSection';
export { QualityPart } from './quality/QualityPart';
export { useAccount } from './common/permissions';
export { labelOfPart } from './parts';
export type { DataPart } from './parts';
