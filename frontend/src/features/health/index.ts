export { DataAges } from './DataAges';
export { StatusButton } from './StatusButton';
