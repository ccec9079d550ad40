/**
 * For all that the project runs: `fetch` opens a new connection for each request. One that is kept fails when the server
 * closes it while this process, on a busy machine, is about to use it.
 */
import { Agent, setGlobalDispatcher } from 'undici';

setGlobalDispatcher(new Agent({ pipelining: 0 }));
