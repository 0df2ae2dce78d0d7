package sluice.elasticsearch;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.ResourceNotFoundException;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.support.master.AcknowledgedResponse;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ClusterStateUpdateTask;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.MetadataCreateDataStreamService;
import org.elasticsearch.cluster.metadata.MetadataCreateDataStreamService.CreateDataStreamClusterStateUpdateRequest;
import org.elasticsearch.cluster.metadata.MetadataDataStreamsService;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.Index;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.RestToXContentListener;
import org.elasticsearch.xcontent.XContentBuilder;

/** /_data_stream (module data-streams): only the routing is ours, the server's own services do the work. */
final class DataStreamRoutes {
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(30);

    private DataStreamRoutes() {}

    static Route create() {
        return new Route("local_create_data_stream", List.of("PUT /_data_stream/{name}"), (request, channel) -> {
            var service = Launcher.node().injector().getInstance(MetadataCreateDataStreamService.class);
            service.createDataStream(
                new CreateDataStreamClusterStateUpdateRequest(
                    ProjectId.DEFAULT, request.param("name"), null, TIMEOUT, TIMEOUT),
                new RestToXContentListener<>(channel));
        });
    }

    static Route get(ClusterService cluster) {
        List<String> paths = List.of("GET /_data_stream", "GET /_data_stream/{name}");
        return new Route("local_get_data_stream", paths, (request, channel) -> {
            XContentBuilder body = channel.newBuilder().startObject().startArray("data_streams");
            for (DataStream stream : matching(cluster.state(), request.param("name", "*"))) {
                body.startObject().field("name", stream.getName());
                body.startObject("timestamp_field").field("name", "@timestamp").endObject();
                body.startArray("indices");
                for (Index index : stream.getIndices()) {
                    body.startObject().field("index_name", index.getName()).field("index_uuid", index.getUUID()).endObject();
                }
                body.endArray().field("generation", stream.getGeneration()).endObject();
            }
            channel.sendResponse(new RestResponse(RestStatus.OK, body.endArray().endObject()));
        });
    }

    static Route delete(ClusterService cluster) {
        return new Route("local_delete_data_stream", List.of("DELETE /_data_stream/{name}"), (request, channel) -> {
            String pattern = request.param("name");
            ActionListener<AcknowledgedResponse> done = new RestToXContentListener<>(channel);
            cluster.submitUnbatchedStateUpdateTask("delete-data-stream " + pattern, new ClusterStateUpdateTask() {
                @Override
                public ClusterState execute(ClusterState state) {
                    return MetadataDataStreamsService.deleteDataStreams(
                        state.projectState(ProjectId.DEFAULT), matching(state, pattern), Settings.EMPTY);
                }

                @Override
                public void onFailure(Exception e) {
                    done.onFailure(e);
                }

                @Override
                public void clusterStateProcessed(ClusterState before, ClusterState after) {
                    done.onResponse(AcknowledgedResponse.TRUE);
                }
            });
        });
    }

    private static Set<DataStream> matching(ClusterState state, String patterns) {
        Map<String, DataStream> all = state.metadata().getProject(ProjectId.DEFAULT).dataStreams();
        Set<DataStream> found = new LinkedHashSet<>();
        for (String pattern : patterns.split(",")) {
            if (Regex.isSimpleMatchPattern(pattern)) {
                all.values().stream().filter(s -> Regex.simpleMatch(pattern, s.getName())).forEach(found::add);
            } else if (all.containsKey(pattern)) {
                found.add(all.get(pattern));
            } else {
                throw new ResourceNotFoundException("data_stream [" + pattern + "] not found");
            }
        }
        return found;
    }
}
