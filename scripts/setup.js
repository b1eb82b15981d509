import { sayOnStandardError, setUpOrExit } from './setup/set-up.js';

const { remarks } = setUpOrExit();
remarks.forEach(sayOnStandardError);
sayOnStandardError('ready');
