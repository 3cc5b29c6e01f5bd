"""pvbatch in_paraview.py <classic file>"""
import sys

from paraview.simple import NetCDFReader, servermanager

reader = NetCDFReader(FileName=[sys.argv[1]])
reader.Dimensions = "(size, law, trial)"
reader.OutputType = "Structured"  # as a rectilinear grid, that of an uneven axis, 5.11 gives all but the first numbers as 0
reader.UpdatePipeline()
points = servermanager.Fetch(reader).GetPointData()
for key, name in (("metric", "estimate"), ("status", "status")):
    array = points.GetArray(name)
    print(key, *(array.GetTuple1(k) for k in range(array.GetNumberOfTuples())))
