% octave-cli octave.m <file>: numbers in the root by name, those in groups with the package netcdf; texts are not read.
file = argv(){end};
say = @(key, values) printf("%s %s\n", key, sprintf("%.17g ", values));
root = load("-hdf5", file, "estimate", "status");
say("metric", root.estimate);
say("status", root.status);
pkg load netcdf
id = netcdf_open(file, "NC_NOWRITE");
function values = member(id, group, name)
  inside = netcdf_inqNcid(id, group);
  values = netcdf_getVar(inside, netcdf_inqVarID(inside, name));
end
say("summary", member(id, "summary", "estimate_mean"));
say("theory", member(id, "theory", "expected"));
say("failures", member(id, "failures", "size_index"));
netcdf_close(id);
