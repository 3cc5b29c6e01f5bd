// scilab-cli -nb -f scilab.sce -args <file>
path = sciargs()($);
file = h5open(path, "r");
function say(key, name)
  values = h5read(file, name);
  mprintf("%s", key);
  mprintf(" %.17g", double(values(:)));
  mprintf("\n");
endfunction
say("metric", "/estimate");
say("status", "/status");
say("summary", "/summary/estimate_mean");
say("theory", "/theory/expected");
say("failures", "/failures/size_index");
words = h5read(file, "/law");
mprintf("words %s %s\n", words(1), words(2));
reasons = h5read(file, "/failures/reason");
mprintf("reason %s\n", reasons(1));
h5close(file);
exit(0);
