"""Reads, tabulates and draws Thresher's result files. A convenience: any HDF5 or netCDF-4 reader opens them too."""
