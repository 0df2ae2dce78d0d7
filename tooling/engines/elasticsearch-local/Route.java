package sluice.elasticsearch;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;

/** A REST handler from a function. */
final class Route extends BaseRestHandler {
    /** Accepted, and ignored where the handler makes no use of them; any other parameter is refused. */
    private static final List<String> PARAMETERS =
        List.of("name", "expand_wildcards", "master_timeout", "timeout", "verbose", "include_defaults");

    interface Body {
        void handle(RestRequest request, RestChannel channel) throws IOException;
    }

    private final String name;
    private final List<BaseRestHandler.Route> routes;
    private final Body body;

    /** @param paths each "METHOD /path" */
    Route(String name, List<String> paths, Body body) {
        this.name = name;
        this.body = body;
        this.routes = paths.stream()
            .map(path -> path.split(" "))
            .map(parts -> new BaseRestHandler.Route(RestRequest.Method.valueOf(parts[0]), parts[1]))
            .toList();
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public List<BaseRestHandler.Route> routes() {
        return routes;
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        PARAMETERS.forEach(request::param); // reading marks them as known
        return channel -> {
            try {
                body.handle(request, channel);
            } catch (Exception e) {
                channel.sendResponse(new RestResponse(channel, e));
            }
        };
    }
}
